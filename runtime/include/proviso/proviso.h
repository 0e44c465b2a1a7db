#ifndef PROVISO_H
#define PROVISO_H

/* The engine for C11. The same as the C++ interface, on opaque handles.
 *
 * Functions that can fail return a proviso_status; proviso_last_error() then says in a sentence
 * what was wrong, to the thread that called. No function throws, exits or prints. Texts that go in
 * are pointer and length; texts that come out belong to what they were asked of and say how long
 * they live. Text is UTF-8 and is not ended by a zero.
 *
 * Handles: every proviso_..._free takes NULL. Sessions stay usable after their engine is freed, and
 * pack sets live as long as anyone uses them.
 *
 * Threads: engines and pack sets may be used from any thread at once; a session by one thread at a
 * time. Open one session a thread.
 */

#include <proviso/export.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef enum proviso_status {
    PROVISO_OK = 0,
    PROVISO_INVALID_ARGUMENT = 1,
    PROVISO_NOT_FOUND = 2,
    PROVISO_CANNOT_READ = 3,
    PROVISO_CANNOT_WRITE = 4,
    PROVISO_MALFORMED = 5,
    PROVISO_UNSUPPORTED_VERSION = 6,
    PROVISO_DIGEST_MISMATCH = 7,
    PROVISO_LIMIT_EXCEEDED = 8,
    PROVISO_CONFLICT = 9,
    PROVISO_INTERNAL = 10 /* a mistake of the library */
} proviso_status;

typedef struct proviso_text {
    const char* data; /* never NULL */
    size_t size;
} proviso_text;

typedef struct proviso_engine proviso_engine;
typedef struct proviso_pack_set proviso_pack_set;
typedef struct proviso_session proviso_session;
typedef struct proviso_decision proviso_decision;

/* "0.1.0" */
PROVISO_API const char* proviso_version(void);

/* What the last call that failed on this thread has to say; ends with a zero and lives until the
 * next call on this thread that fails. Never names a value of a record. */
PROVISO_API const char* proviso_last_error(void);

/* ---- pack sets. proviso/compile.h makes them from text. */

/* Loads a file that `proviso build -o` wrote, or the active set of a pack store, where `path` is
 * its folder; `STORE:SET` is another set in it. `keys` (may be NULL) names a file with public keys,
 * or a folder of such files: only sets that one of them signed are accepted; `allow_unsigned`, for
 * development, also takes sets without any signature. Safe on any file whatever. */
PROVISO_API proviso_status proviso_pack_set_load(const char* path,
                                                 const char* keys,
                                                 bool allow_unsigned,
                                                 proviso_pack_set** out);

PROVISO_API void proviso_pack_set_free(proviso_pack_set* packs);
/* "sha256:..."; lives as long as the handle. */
PROVISO_API proviso_text proviso_pack_set_digest(const proviso_pack_set* packs);
PROVISO_API bool proviso_pack_set_is_signed(const proviso_pack_set* packs);

/* ---- the engine: the pack set that decides, and its swap */

/* Option structs begin with their size, so that a later library knows which fields a program has.
 * Fill them with the _init function, then change what you need. */
typedef struct proviso_engine_options {
    size_t struct_size;
    bool allow_unsigned; /* for development: also publish sets that no known key signed; decisions
                            say so */
    bool jit; /* compile rules to machine code while many records are decided together; answers do
                 not depend on it */
} proviso_engine_options;

PROVISO_API void proviso_engine_options_init(proviso_engine_options* options);

/* `options` may be NULL. */
PROVISO_API proviso_status proviso_engine_create(const proviso_engine_options* options,
                                                 proviso_engine** out);
PROVISO_API void proviso_engine_free(proviso_engine* engine);

/* Makes `packs` the set that decides. Evaluations that run keep theirs to the end. A set that is
 * refused leaves the former one deciding. The engine keeps the set for itself: the handle stays the
 * caller's to free. `revision` (may be NULL) gets its number among those that were published,
 * from 1. */
PROVISO_API proviso_status proviso_engine_publish(proviso_engine* engine,
                                                  const proviso_pack_set* packs,
                                                  uint64_t* revision);

typedef struct proviso_engine_status {
    size_t struct_size;    /* filled in by the caller */
    uint64_t revision;     /* 0: nothing was published */
    uint64_t refused;      /* calls of publish that were */
    uint64_t retired_held; /* sets that were replaced and still have a user */
} proviso_engine_status;

PROVISO_API proviso_status proviso_engine_get_status(const proviso_engine* engine,
                                                     proviso_engine_status* status);

/* ---- watching: an engine that takes up pack sets as they change */

typedef struct proviso_watcher proviso_watcher;

/* Told of a change, on the watcher's thread, which waits for it: the set numbered `revision`
 * decides from now on; or revision is 0, the former set goes on, and `reason` says why. `reason` is
 * never NULL, ends with a zero and lives until the function returns. It may not free the watcher.
 */
typedef void (*proviso_watch_told)(void* user, uint64_t revision, const char* reason);

/* Publishes what lies at `path` now, as proviso_pack_set_load loads it, and from then on whatever
 * takes its place: the set that becomes active in a store, the file that replaces a file. What is
 * not fit for use never replaces what decides. `told` may be NULL. The watcher keeps what it needs
 * of the engine. Freeing it waits for `told`. */
PROVISO_API proviso_status proviso_watcher_start(proviso_engine* engine,
                                                 const char* path,
                                                 const char* keys,
                                                 bool allow_unsigned,
                                                 proviso_watch_told told,
                                                 void* user,
                                                 proviso_watcher** out);
PROVISO_API void proviso_watcher_free(proviso_watcher* watcher);

/* ---- sessions */

typedef struct proviso_session_options {
    size_t struct_size;
    size_t record_bytes; /* limits: a record beyond one is rejected by itself */
    size_t nesting;
    size_t list_elements;
    size_t input_bytes;      /* of records decided together: more fail the call */
    int64_t rule_budget;     /* cost units of a rule on records decided together */
    uint32_t derived_rows;   /* of one kind that rules make; 0: what the engine allows */
    const char* known_as_of; /* "YYYY-MM-DD": only what was known by this day; NULL: everything */
    unsigned threads;        /* of one call; answers do not depend on it */
    bool choices;            /* also find the other outcomes that are equally right */
} proviso_session_options;

PROVISO_API void proviso_session_options_init(proviso_session_options* options);

/* `options` may be NULL. */
PROVISO_API proviso_status proviso_session_open(const proviso_engine* engine,
                                                const proviso_session_options* options,
                                                proviso_session** out);
PROVISO_API void proviso_session_free(proviso_session* session);

/* Decides one record, a JSON object, by itself. The decision lives until the next deciding call on
 * the session. */
PROVISO_API proviso_status proviso_decide_one(proviso_session* session,
                                              const char* record,
                                              size_t size,
                                              const proviso_decision** out);

/* Decides records, one JSON object a line, that see each other. Read the decisions, in the order of
 * keys, with proviso_decision_at; they live until the next deciding call on the session. `count`
 * may be NULL. */
PROVISO_API proviso_status proviso_decide(proviso_session* session,
                                          const char* lines,
                                          size_t size,
                                          size_t* count);

PROVISO_API size_t proviso_decision_count(const proviso_session* session);
/* NULL beyond the count, and for a key that was not decided. */
PROVISO_API const proviso_decision* proviso_decision_at(const proviso_session* session,
                                                        size_t index);
PROVISO_API const proviso_decision*
proviso_decision_find(const proviso_session* session, const char* key, size_t size);

/* Gives the next bytes of a stream: up to `size` of them into `buffer`; 0 at the end, a negative
 * number where reading failed. */
typedef ptrdiff_t (*proviso_read)(void* user, char* buffer, size_t size);
/* Takes a decision, which lives during the call; false stops the stream. Must not use the session.
 */
typedef bool (*proviso_take_decision)(void* user, const proviso_decision* decision);
/* Takes a rejected record in a sentence. */
typedef void (*proviso_take_rejection)(void* user, proviso_text rejection);

typedef struct proviso_stream {
    size_t struct_size;
    proviso_read read;
    proviso_take_decision decision;
    proviso_take_rejection rejection; /* may be NULL */
    void* user;                       /* handed to all three */
    bool alone; /* each record by itself as it comes, in bounded memory; otherwise all together at
                   the end */
} proviso_stream;

/* Decides the records of a stream, one JSON object a line. `decided` (may be NULL) gets how many
 * were handed over. */
PROVISO_API proviso_status proviso_decide_stream(proviso_session* session,
                                                 const proviso_stream* stream,
                                                 uint64_t* decided);

/* ---- what became of lines that have no decision */

typedef struct proviso_rejection {
    size_t struct_size; /* filled in by the caller */
    uint64_t line;      /* from 1 */
    proviso_text code;  /* stable, "E2001" */
    proviso_text field; /* empty: the line as a whole */
    proviso_text text;  /* all of it in a sentence */
} proviso_rejection;

PROVISO_API size_t proviso_rejection_count(const proviso_session* session);
PROVISO_API proviso_status proviso_rejection_at(const proviso_session* session,
                                                size_t index,
                                                proviso_rejection* out);

/* ---- reading a decision: texts live as long as it does */

PROVISO_API proviso_text proviso_decision_key(const proviso_decision* decision);
PROVISO_API proviso_text proviso_decision_pack_set(const proviso_decision* decision); /* digest */
PROVISO_API uint64_t proviso_decision_revision(const proviso_decision* decision);
PROVISO_API bool proviso_decision_is_unsigned(const proviso_decision* decision);
/* One JSON object; equal decisions are equal bytes. Empty where memory does not suffice. */
PROVISO_API proviso_text proviso_decision_json(const proviso_decision* decision);

typedef enum proviso_severity {
    PROVISO_VIOLATION = 0,
    PROVISO_WARNING = 1,
    PROVISO_NOTICE = 2
} proviso_severity;

typedef struct proviso_finding {
    size_t struct_size; /* filled in by the caller */
    proviso_text code;
    proviso_severity severity;
    proviso_text on; /* the place, "items[0]" */
    proviso_text because;
    proviso_text rule;
    proviso_text remedy;
    size_t source_count;
    bool has_at_stake;
    int64_t at_stake_cents;
} proviso_finding;

PROVISO_API size_t proviso_finding_count(const proviso_decision* decision);
PROVISO_API proviso_status proviso_finding_at(const proviso_decision* decision,
                                              size_t index,
                                              proviso_finding* out);
/* Empty beyond the counts. */
PROVISO_API proviso_text proviso_finding_source(const proviso_decision* decision,
                                                size_t index,
                                                size_t source);

/* Rules that could not be determined, and for want of what. */
PROVISO_API size_t proviso_undetermined_count(const proviso_decision* decision);
PROVISO_API proviso_text proviso_undetermined_rule(const proviso_decision* decision, size_t index);
PROVISO_API size_t proviso_missing_count(const proviso_decision* decision, size_t index);
PROVISO_API proviso_text proviso_missing_at(const proviso_decision* decision,
                                            size_t index,
                                            size_t missing);

/* Rules that failed. */
PROVISO_API size_t proviso_error_count(const proviso_decision* decision);
PROVISO_API proviso_text proviso_error_text(const proviso_decision* decision, size_t index);

typedef enum proviso_value_state {
    PROVISO_KNOWN = 0,
    PROVISO_NOT_APPLICABLE = 1,
    PROVISO_UNKNOWN = 2,
    PROVISO_VALUE_ERROR = 3
} proviso_value_state;

typedef struct proviso_decided {
    size_t struct_size; /* filled in by the caller */
    proviso_value_state state;
    proviso_text value;    /* machine form; of a set see proviso_decision_json */
    proviso_text bound_by; /* the rule that bound it; empty: none */
} proviso_decided;

/* The decision `name` on the record itself; PROVISO_NOT_FOUND where none was made. */
PROVISO_API proviso_status proviso_decided_value(const proviso_decision* decision,
                                                 const char* name,
                                                 size_t size,
                                                 proviso_decided* out);

/* ---- why */

typedef enum proviso_explanation_form {
    PROVISO_PAGE = 0,  /* for people who need to know why */
    PROVISO_LINES = 1, /* one line a rule */
    PROVISO_JSON = 2
} proviso_explanation_form;

/* Why a record of the last proviso_decide_one or proviso_decide was decided as it was. `rule`
 * (NULL: all that have something to say) ends with a zero. The text lives until the next call of
 * this or of a deciding function. */
PROVISO_API proviso_status proviso_explain(proviso_session* session,
                                           const char* key,
                                           size_t size,
                                           const char* rule,
                                           proviso_explanation_form form,
                                           proviso_text* out);

#ifdef __cplusplus
}
#endif

#endif
