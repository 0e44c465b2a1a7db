#pragma once

namespace proviso::tool {

/// Starts this command once more, with memory in pages of two megabytes, which the C library hands
/// out only if it was asked before the start (GLIBC_TUNABLES). A long run takes a seventh less time
/// so: it goes through far more memory than the processor knows the small pages of. To be called
/// before anything was read or written. Returns where that is not possible, or not needed, or was
/// done already; whoever sets GLIBC_TUNABLES has chosen.
void startAgainWithLargePages();

}  // namespace proviso::tool
