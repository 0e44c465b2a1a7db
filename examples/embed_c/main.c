/* Decides one parcel and says why: embed_c examples/first_pack
 * cc -std=c11 main.c $(pkg-config --cflags --libs proviso-compiler) */
#include <proviso/compile.h>
#include <stdio.h>
#include <string.h>

static int fail(void) {
    fprintf(stderr, "%s\n", proviso_last_error());
    return 2;
}

static void print(const char* label, proviso_text text) {
    printf("%s%.*s\n", label, (int)text.size, text.data);
}

int main(int count, char** arguments) {
    static const char kRecord[] = "{\"parcel_id\": \"A-1\", \"shipped_on\": \"2025-02-03\","
                                  " \"region\": \"abroad\", \"value\": \"120.00\"}";
    const char* path = count > 1 ? arguments[1] : "examples/first_pack";
    proviso_pack_set* packs = NULL;
    proviso_engine* engine = NULL;
    proviso_session* session = NULL;
    const proviso_decision* decision = NULL;
    proviso_engine_options options;
    proviso_engine_options_init(&options);
    options.allow_unsigned = true; /* compiled here, signed by no one */

    if (proviso_compile_paths(&path, 1, NULL, &packs) != PROVISO_OK ||
        proviso_engine_create(&options, &engine) != PROVISO_OK ||
        proviso_engine_publish(engine, packs, NULL) != PROVISO_OK ||
        proviso_session_open(engine, NULL, &session) != PROVISO_OK ||
        proviso_decide_one(session, kRecord, strlen(kRecord), &decision) != PROVISO_OK) {
        return fail();
    }
    for (size_t index = 0; index < proviso_finding_count(decision); ++index) {
        proviso_finding finding = {.struct_size = sizeof finding};
        proviso_finding_at(decision, index, &finding);
        print("code:    ", finding.code);
        print("because: ", finding.because);
        print("source:  ", proviso_finding_source(decision, index, 0));
    }
    proviso_text why;
    if (proviso_explain(session, "A-1", 3, "customs_label", PROVISO_LINES, &why) != PROVISO_OK) {
        return fail();
    }
    print("", why);
    proviso_session_free(session);
    proviso_engine_free(engine);
    proviso_pack_set_free(packs);
    return 0;
}
