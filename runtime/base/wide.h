#pragma once

/// Before a function whose loops over columns should take as many rows a step as the machine at
/// hand can: it is compiled twice, for every x86-64 and for those with AVX2, and the program takes
/// one of them as it starts. What it calls is part of it, unless that says [[gnu::noinline]]. Both
/// give the same results, bit for bit: there are no fractions in them.
///
/// Not where a sanitizer watches, whose own start comes after that choice.
#if defined(__x86_64__) && defined(__gnu_linux__) && defined(__OPTIMIZE__) &&                      \
    !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__) && !defined(__clang__)
#define PROVISO_WIDE [[gnu::target_clones("arch=x86-64-v3", "default"), gnu::flatten]]
#else
#define PROVISO_WIDE
#endif
