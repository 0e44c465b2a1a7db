#pragma once

#include "compiler/driver/compile.h"
#include "runtime/base/result.h"
#include "runtime/decision/result.h"
#include "runtime/explain/explain.h"
#include "runtime/impact/what_if.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

/// An evidence packet: one decision with everything that it rests on, for somebody who was not
/// there.
namespace proviso::tool {

/// What a packet is made from. The same asked of the same packs gives the same bytes.
struct PacketRequest {
    std::string key;
    std::vector<std::string> records;  ///< excerpts, the record's own among them, by key
    std::optional<std::int64_t> asOf;
    bool withPrivate = false;
    bool unsignedPacks = false;  ///< the decision says so
};

/// A rule or a parameter as its pack says it.
struct PacketText {
    std::string kind;  ///< `rule`, `exception`, `parameter`
    std::string name;
    std::string place;  ///< file's name and line
    std::string text;
};

struct PacketPack {
    std::string name;
    std::string version;
    std::string title;
    std::string layer;
    std::string digest;
    std::vector<std::string> sources;  ///< cited in what is said
    bool speaks = false;               ///< a rule of it is in the explanation
};

struct Packet {
    PacketRequest request;
    std::string engineVersion;
    std::string recordName;
    std::string keyName;
    std::string packsDigest;
    std::vector<PacketPack> packs;
    std::string recordsDigest;
    RecordResult result;
    std::string decision;  ///< the line that `run --format ndjson` writes
    Explanation explanation;
    std::vector<PacketText> texts;
    impact::WhatIfs whatIfs;
    std::string json;    ///< the twin, whole
    std::string digest;  ///< of the twin's packet
};

/// Decides the records of the request, explains and writes the twin. NotFound where the record is
/// not among them, Malformed where one of them is rejected.
Result<Packet> makePacket(const CompiledSet& set, const PacketRequest& request);

/// The page.
std::string packetPage(const Packet& packet);

/// What a packet that somebody hands in comes to.
struct PacketCheck {
    std::vector<std::string> problems;  ///< empty: everything is as it says
    std::string key;
    std::uint64_t records = 0;
    std::string packsDigest;
};

/// Takes the records out of a twin, decides them again under `set`, and compares every byte.
/// Malformed for what is no packet.
Result<PacketCheck> checkPacket(const CompiledSet& set, const std::string& json);

}  // namespace proviso::tool
