// The plug-in itself: that it need not be there, and what it may do.

#include "tests/jit/twins.h"

#include <fstream>

using namespace proviso;
using namespace proviso::test;

TEST_CASE("Without a plug-in there is a message and no compiled code") {
    jit::JitOptions options;
    options.plugin = "/nowhere/libproviso_jit.so";
    std::string message;
    CHECK(jit::Jit::open(std::make_shared<const bytecode::Program>(), options, message) == nullptr);
    CHECK(message.find("cannot be loaded") != std::string::npos);
}

TEST_CASE("Compiled code cannot be written to") {
    Bed bed(20);
    const Register in = bed.signedInput(0, kCount, std::vector<Cell>(20, 5));
    bed.op(Op::Add, 0, kCount, {in, in});
    Twins twins(bed);
    twins.run();
    twins.run();
    REQUIRE(twins.jit().report().compiledRuns > 0);
    std::ifstream maps("/proc/self/maps");
    std::size_t executable = 0;
    for (std::string line; std::getline(maps, line);) {
        const std::string rights = line.substr(line.find(' ') + 1, 4);
        CAPTURE(line);
        CHECK_FALSE((rights[1] == 'w' && rights[2] == 'x'));
        executable += rights[2] == 'x' ? 1 : 0;
    }
    CHECK(executable > 0);
}

TEST_CASE("A program of another Jit is interpreted") {
    Bed bed(20);
    const Register in = bed.signedInput(0, kCount, std::vector<Cell>(20, 5));
    bed.op(Op::Add, 0, kCount, {in, in});
    Twins twins(bed);
    Interpreter other(std::make_shared<const bytecode::Program>(bed.program));
    Interpreter::Options options;
    options.kernels = const_cast<jit::Jit*>(&twins.jit());
    for (int time = 0; time < 3; ++time) {
        REQUIRE(other.run(bed.batch, options).has_value());
    }
    CHECK(twins.jit().report().compiledRuns == 0);
    CHECK(other.column(1).values == std::vector<std::int64_t>(20, 10));
}
