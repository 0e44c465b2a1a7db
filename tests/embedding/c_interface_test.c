/* The C interface, as C11: what it gives, and that wrong calls get a status and nothing worse. */
#include <proviso/compile.h>
#include <proviso/proviso.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int failures = 0;

#define CHECK(condition)                                                                           \
    do {                                                                                           \
        if (!(condition)) {                                                                        \
            fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #condition);                        \
            ++failures;                                                                            \
        }                                                                                          \
    } while (0)

static bool same(proviso_text text, const char* expected) {
    return text.size == strlen(expected) && memcmp(text.data, expected, text.size) == 0;
}

static const char kParcel[] = "{\"parcel_id\": \"A\", \"lane\": \"N\", \"shipped_on\": \"2025-03-01\","
                              " \"value\": \"150.00\"}";

typedef struct stream_state {
    const char* rest;
    size_t most; /* bytes given in one call */
    size_t decisions;
    size_t rejections;
    bool broken;
} stream_state;

static ptrdiff_t give(void* user, char* buffer, size_t size) {
    stream_state* state = user;
    size_t left = strlen(state->rest);
    if (left == 0) {
        return state->broken ? -1 : 0;
    }
    size_t count = left < size ? left : size;
    count = count < state->most ? count : state->most;
    memcpy(buffer, state->rest, count);
    state->rest += count;
    return (ptrdiff_t)count;
}

static bool take(void* user, const proviso_decision* decision) {
    stream_state* state = user;
    state->decisions += proviso_decision_json(decision).size != 0;
    return true;
}

static void reject(void* user, proviso_text rejection) {
    stream_state* state = user;
    state->rejections += rejection.size != 0;
}

static void test_stream(proviso_session* session) {
    for (int alone = 0; alone < 2; ++alone) {
        for (size_t most = 1; most < 200; most += 33) {
            char lines[1024];
            snprintf(lines, sizeof lines, "%s\nnonsense\n\n%s", kParcel, kParcel);
            stream_state state = {.rest = lines, .most = most};
            proviso_stream stream = {.struct_size = sizeof stream,
                                     .read = give,
                                     .decision = take,
                                     .rejection = reject,
                                     .user = &state,
                                     .alone = alone == 1};
            uint64_t decided = 0;
            CHECK(proviso_decide_stream(session, &stream, &decided) == PROVISO_OK);
            /* The same record twice is one where records see each other. */
            CHECK(decided == (alone ? 2U : 1U));
            CHECK(state.decisions == decided);
            CHECK(state.rejections == 1);
        }
    }
    stream_state state = {.rest = kParcel, .most = 10, .broken = true};
    proviso_stream stream = {.struct_size = sizeof stream, .read = give, .decision = take, .user = &state};
    CHECK(proviso_decide_stream(session, &stream, NULL) == PROVISO_CANNOT_READ);
    stream.read = NULL;
    CHECK(proviso_decide_stream(session, &stream, NULL) == PROVISO_INVALID_ARGUMENT);
    CHECK(proviso_decide_stream(session, NULL, NULL) == PROVISO_INVALID_ARGUMENT);
}

static void test_decision(proviso_session* session) {
    const proviso_decision* decision = NULL;
    CHECK(proviso_decide_one(session, kParcel, strlen(kParcel), &decision) == PROVISO_OK);
    CHECK(same(proviso_decision_key(decision), "A"));
    CHECK(proviso_decision_revision(decision) == 1);
    CHECK(proviso_decision_is_unsigned(decision));
    CHECK(proviso_decision_json(decision).data[0] == '{');
    CHECK(proviso_finding_count(decision) == 2);
    proviso_finding finding = {.struct_size = sizeof finding};
    CHECK(proviso_finding_at(decision, 0, &finding) == PROVISO_OK);
    CHECK(same(finding.code, "DEAR"));
    CHECK(finding.severity == PROVISO_VIOLATION);
    CHECK(finding.has_at_stake && finding.at_stake_cents == 15000);
    CHECK(finding.source_count == 1);
    CHECK(same(proviso_finding_source(decision, 0, 0), "Tariff 1"));
    CHECK(same(proviso_finding_source(decision, 0, 1), ""));
    CHECK(same(proviso_finding_source(decision, 9, 0), ""));
    CHECK(proviso_finding_at(decision, 2, &finding) == PROVISO_INVALID_ARGUMENT);
    /* A program of an earlier version knows fewer fields: nothing is written beyond them. */
    finding.struct_size = offsetof(proviso_finding, severity);
    finding.at_stake_cents = 77;
    CHECK(proviso_finding_at(decision, 0, &finding) == PROVISO_OK);
    CHECK(same(finding.code, "DEAR") && finding.at_stake_cents == 77);
    finding.struct_size = 0;
    CHECK(proviso_finding_at(decision, 0, &finding) == PROVISO_INVALID_ARGUMENT);
    CHECK(proviso_undetermined_count(decision) == 1);
    CHECK(same(proviso_undetermined_rule(decision, 0), "lanes.heavy"));
    CHECK(proviso_missing_count(decision, 0) == 1);
    CHECK(same(proviso_missing_at(decision, 0, 0), "weight"));
    CHECK(same(proviso_missing_at(decision, 5, 5), ""));
    CHECK(proviso_error_count(decision) == 0);
    CHECK(same(proviso_error_text(decision, 0), ""));
    proviso_decided decided = {.struct_size = sizeof decided};
    CHECK(proviso_decided_value(decision, "nothing", 7, &decided) == PROVISO_NOT_FOUND);

    proviso_text why;
    CHECK(proviso_explain(session, "A", 1, "dear", PROVISO_PAGE, &why) == PROVISO_OK);
    CHECK(why.size > 20);
    CHECK(proviso_explain(session, "B", 1, NULL, PROVISO_PAGE, &why) == PROVISO_NOT_FOUND);
    CHECK(same(why, ""));

    CHECK(proviso_decide_one(session, "{", 1, &decision) == PROVISO_MALFORMED);
    CHECK(decision == NULL);
    CHECK(strlen(proviso_last_error()) > 10);
    CHECK(proviso_rejection_count(session) == 1);
    proviso_rejection rejection = {.struct_size = sizeof rejection};
    CHECK(proviso_rejection_at(session, 0, &rejection) == PROVISO_OK);
    CHECK(rejection.line == 1 && rejection.code.size == 5);
    CHECK(proviso_rejection_at(session, 1, &rejection) == PROVISO_INVALID_ARGUMENT);
    CHECK(proviso_decide_one(session, NULL, 3, &decision) == PROVISO_INVALID_ARGUMENT);
    CHECK(proviso_decide_one(NULL, "{}", 2, &decision) == PROVISO_INVALID_ARGUMENT);

    size_t count = 0;
    CHECK(proviso_decide(session, kParcel, strlen(kParcel), &count) == PROVISO_OK);
    CHECK(count == 1 && proviso_decision_count(session) == 1);
    CHECK(proviso_decision_at(session, 0) == proviso_decision_find(session, "A", 1));
    CHECK(proviso_decision_at(session, 1) == NULL);
    CHECK(proviso_decision_find(session, "B", 1) == NULL);
}

int main(int argument_count, char** arguments) {
    CHECK(argument_count == 2);
    CHECK(strcmp(proviso_version(), "") != 0);
    const char* path = arguments[1];
    proviso_pack_set* packs = NULL;
    CHECK(proviso_compile_paths(&path, 1, NULL, &packs) == PROVISO_OK);
    CHECK(proviso_pack_set_digest(packs).size == strlen("sha256:") + 64);
    CHECK(!proviso_pack_set_is_signed(packs));

    proviso_pack_set* none = packs;
    const proviso_pack_text broken = {.path = "broken.prv", .text = "pack", .size = 4};
    CHECK(proviso_compile_texts(&broken, 1, NULL, &none) == PROVISO_MALFORMED);
    CHECK(none == NULL);
    CHECK(strstr(proviso_last_error(), "broken.prv") != NULL);
    const proviso_pack_text missing = {.path = NULL, .text = NULL, .size = 4};
    CHECK(proviso_compile_texts(&missing, 1, NULL, &none) == PROVISO_INVALID_ARGUMENT);
    CHECK(proviso_compile_paths(NULL, 1, NULL, &none) == PROVISO_INVALID_ARGUMENT);
    CHECK(proviso_compile_paths(NULL, 0, NULL, &none) == PROVISO_INVALID_ARGUMENT);
    const char* no_path = NULL;
    CHECK(proviso_compile_paths(&no_path, 1, NULL, &none) == PROVISO_INVALID_ARGUMENT);

    CHECK(proviso_pack_set_load("no/such/file", NULL, true, &none) == PROVISO_CANNOT_READ);
    CHECK(proviso_pack_set_load(path, NULL, true, &none) == PROVISO_MALFORMED); /* text is no pack set */
    CHECK(proviso_pack_set_load(NULL, NULL, true, &none) == PROVISO_INVALID_ARGUMENT);

    proviso_engine* strict = NULL;
    CHECK(proviso_engine_create(NULL, &strict) == PROVISO_OK);
    CHECK(proviso_engine_publish(strict, packs, NULL) == PROVISO_INVALID_ARGUMENT);
    proviso_engine_free(strict);

    proviso_engine* engine = NULL;
    proviso_engine_options options;
    proviso_engine_options_init(&options);
    options.allow_unsigned = true;
    CHECK(proviso_engine_create(&options, &engine) == PROVISO_OK);
    CHECK(proviso_engine_create(&options, NULL) == PROVISO_INVALID_ARGUMENT);
    uint64_t revision = 0;
    CHECK(proviso_engine_publish(engine, packs, &revision) == PROVISO_OK);
    CHECK(revision == 1);
    CHECK(proviso_engine_publish(engine, NULL, NULL) == PROVISO_INVALID_ARGUMENT);
    proviso_pack_set_free(packs);
    proviso_engine_status status = {.struct_size = sizeof status};
    CHECK(proviso_engine_get_status(engine, &status) == PROVISO_OK);
    CHECK(status.revision == 1 && status.retired_held == 0);

    proviso_session_options wrong;
    proviso_session_options_init(&wrong);
    wrong.threads = 0;
    proviso_session* session = NULL;
    CHECK(proviso_session_open(engine, &wrong, &session) == PROVISO_INVALID_ARGUMENT);
    CHECK(session == NULL);
    CHECK(proviso_session_open(engine, NULL, &session) == PROVISO_OK);
    proviso_engine_free(engine);
    test_decision(session);
    test_stream(session);
    proviso_session_free(session);

    proviso_session_free(NULL);
    proviso_engine_free(NULL);
    proviso_pack_set_free(NULL);
    return failures == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
