// The `main` of every Catch2 executable, compiled once because it is slow to compile.
#if __has_include(<catch2/catch_session.hpp>)
#include <catch2/catch_session.hpp>

int main(int argumentCount, char** arguments) {
    return Catch::Session().run(argumentCount, arguments);
}
#else
#define CATCH_CONFIG_MAIN
#include <catch2/catch.hpp>
#endif
