#ifndef PROVISO_COMPILE_H
#define PROVISO_COMPILE_H

/* Pack sets from text, for C11. In the library proviso_compiler; see proviso/proviso.h for how
 * errors, texts and handles are meant. Every function may be called from any thread. */

#include <proviso/proviso.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct proviso_compile_options {
    size_t struct_size;
    bool run_tests; /* also run the tests in the packs and refuse a set that fails one */
} proviso_compile_options;

PROVISO_API void proviso_compile_options_init(proviso_compile_options* options);

/* Compiles files, and folders with every *.prv below them; paths end with a zero. Mistakes in the
 * packs are PROVISO_MALFORMED, and proviso_last_error() shows them as the command line would.
 * `options` may be NULL. */
PROVISO_API proviso_status proviso_compile_paths(const char* const* paths,
                                                 size_t count,
                                                 const proviso_compile_options* options,
                                                 proviso_pack_set** out);

typedef struct proviso_pack_text {
    const char* path; /* what messages call it; ends with a zero */
    const char* text;
    size_t size;
} proviso_pack_text;

PROVISO_API proviso_status proviso_compile_texts(const proviso_pack_text* packs,
                                                 size_t count,
                                                 const proviso_compile_options* options,
                                                 proviso_pack_set** out);

#ifdef __cplusplus
}
#endif

#endif
