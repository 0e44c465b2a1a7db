#pragma once

#include "runtime/bytecode/op_info.h"
#include "tests/unit/runtime/engine_bed.h"

namespace proviso::test {

/// A valid program in which every operation and every kind of symbol occurs.
inline bytecode::Program richProgram() {
    using bytecode::SpaceInfo;
    using bytecode::Table;
    Bed bed(0);
    bytecode::Program& program = bed.program;
    const std::uint32_t apple = bed.text("APPLE");
    const std::uint32_t pear = bed.text("PEAR");
    const std::uint32_t place = bed.text("law:north");
    program.schema.enumerations = {{"presence", {"near", "far", "none"}}};
    program.schema.codes = {{"fruit", false, {"APPLE", "PEAR"}}};
    program.periods = {{100, 20000, 50}};
    program.datedLists = {{{INT64_MIN, 9999, INT64_MIN}, {10000, INT64_MAX, INT64_MIN}}};
    bytecode::Parameter parameter;
    parameter.name = "rate";
    parameter.type = kMoney;
    parameter.values = {{{0, INT64_MAX, INT64_MIN}, 1250, {"Tariff 1"}},
                        {{100, 9000, 90}, 1300, {}}};
    program.parameters = {parameter};
    bytecode::CodeSet set;
    set.name = "fruit";
    set.base = 0;
    set.entries = {{apple, INT64_MIN, INT64_MAX}, {pear, 0, 9000}};
    program.codeSets = {set};
    bytecode::Scale scale;
    scale.name = "watch";
    scale.enumeration = 0;
    scale.steps.push_back({"close", {{INT64_MIN, INT64_MAX, 1}}, {}});
    scale.steps.push_back({"loose", {{INT64_MIN, 9000, 7}, {9001, INT64_MAX, 3}}, {}});
    program.scales = {scale};
    Table table;
    table.name = "fee";
    table.given = {{TypeKind::Code, 0, 0}, kCount};
    table.gives = {kMoney};
    for (std::int64_t number = 0; number < 12; ++number) {
        Table::Row row;
        row.cells = {
            {Table::Cell::Test::OneOf, {number % 2 == 0 ? apple : pear}},
            {number < 6 ? Table::Cell::Test::AtLeast : Table::Cell::Test::AtMost, {number}}};
        row.results = {{number == 3, "open", number * 100}};
        program.tables.resize(1);
        program.tables[0] = table;
        table.rows.push_back(row);
    }
    table.firstHit = true;
    program.tables = {table};

    const Type code{TypeKind::Code, 0, 0};
    const Type presence{TypeKind::Enumeration, 0, 0};
    const std::uint32_t line = bed.list("line", 0, {});
    const Register key = bed.input(0, kText, {});
    const Register date = bed.input(0, kDate, {});
    const Register amount = bed.input(0, kMoney, {});
    const Register flag = bed.input(0, kYesNoType, {});
    const Register fact = bed.input(0, presence, {});
    const Register count = bed.input(0, kCount, {});
    const Register lineCode = bed.input(line, code, {});
    const Register lineCount = bed.input(line, kCount, {});
    const Register lineFlag = bed.input(line, kYesNoType, {});
    const Register up = bed.parent(line);
    const auto col =
        [&](Op op, std::uint32_t space, Type type, std::vector<Register> operands, More more = {}) {
            return bed.op(op, space, type, std::move(operands), more);
        };

    const Register two = bed.constant(0, kCount, 2);
    const Register none = col(Op::NotApplicable, 0, kCount, {});
    const Register choice = col(Op::Choice, 0, kCount, {});
    const Register sum = col(Op::Add, 0, kCount, {count, two});
    const Register rest = col(Op::Subtract, 0, kCount, {sum, none});
    const Register product = col(Op::Multiply, 0, {TypeKind::Money, 2, 0}, {amount, count});
    const Register negated = col(Op::Negate, 0, kCount, {count});
    const Register scaled = col(Op::Rescale, 0, kMoney, {count}, {0, kNoIndex, 2});
    const Register quotient = col(Op::IntegerDivide, 0, kCount, {amount, scaled});
    const Register modulo = col(Op::Modulo, 0, kCount, {count, negated});
    const Register rounded = col(Op::Round, 0, kCount, {amount}, {1, kNoIndex, 2});
    const Register ratio = col(Op::RoundRatio, 0, kMoney, {count, two}, {0, kNoIndex, 2});
    const Register year = col(Op::DatePart, 0, kCount, {date}, {0, kNoIndex, 0});
    const Register less = col(Op::Compare, 0, kYesNoType, {amount, ratio}, {2});
    const Register ratioLess = col(Op::CompareRatio, 0, kYesNoType, {count, two, rest, year}, {3});
    const Register both = col(Op::And, 0, kYesNoType, {less, ratioLess, flag});
    const Register either = col(Op::Or, 0, kYesNoType, {less, both});
    const Register no = col(Op::Not, 0, kYesNoType, {either});
    const Register chosen = col(Op::Select, 0, kCount, {no, quotient, modulo});
    const Register orElse = col(Op::OrElse, 0, kCount, {none, rounded});
    const Register known = col(Op::IsKnown, 0, kYesNoType, {count});
    const Register applicable = col(Op::IsApplicable, 0, kYesNoType, {orElse});
    const Register open = col(Op::UnknownIf, 0, kYesNoType, {no}, {0, place});
    const Register guarded = col(Op::Guard, 0, kYesNoType, {no}, {0, 0});
    const Register inForce = col(Op::InForce, 0, kYesNoType, {date}, {0, 0});
    const Register dated = col(Op::DatedSelect, 0, kCount, {date, chosen, orElse}, {0, 0});
    const Register rate = col(Op::Parameter, 0, kMoney, {date}, {0, 0});
    const Register lineDate = col(Op::Spread, line, kDate, {date, up});
    const Register fee =
        col(Op::TableLookup, line, kMoney, {lineCode, lineCount, lineDate}, {0, 0, 0});
    const Register inSet = col(Op::InSet, line, kYesNoType, {lineCode, lineDate}, {0, 0});
    const Register accepts = col(Op::Accepts, 0, kYesNoType, {fact, date}, {0, 0, 1});
    const Register one = col(Op::ExactlyOne, 0, kMoney, {flag, amount, known, rate}, {0, place});
    const Register lowest = col(Op::Lowest, 0, kMoney, {flag, amount, inForce, rate});
    const Register highest = col(Op::Highest, 0, kMoney, {accepts, one, applicable, product});

    const std::uint32_t day = bed.space("day", SpaceInfo::Kind::Group);
    const Register toDay = bed.link(Op::GroupBy, 0, day, {date, fact}, day);
    const Register lineToDay = bed.link(Op::Compose, line, day, {up, toDay});
    const Register firstOfDay = bed.link(Op::FirstRow, day, 0, {toDay});
    const Register dayDate = col(Op::Spread, day, kDate, {date, firstOfDay});
    const Register dayRow = col(Op::RowOfLink, line, {TypeKind::Row, 0, day}, {lineToDay});
    const Register gathered = col(Op::Gather, line, kDate, {dayDate, dayRow});
    const std::uint32_t item = bed.space("item", SpaceInfo::Kind::Keyed);
    const Register toItem = bed.link(Op::BuildKeyed, line, item, {lineToDay, lineCode}, item);
    const Register firstLine = bed.link(Op::FirstRow, item, line, {toItem});
    const Register itemToDay = bed.link(Op::Compose, item, day, {firstLine, lineToDay});
    const Register total = col(Op::FoldTotal, item, kCount, {toItem, inSet, lineCount});
    const Register lines = col(Op::FoldCount, day, kCount, {lineToDay, lineFlag});
    const Register distinct = col(Op::FoldDistinct, day, kCount, {lineToDay, lineFlag, lineCode});
    const Register most = col(Op::FoldHighest, day, kCount, {lineToDay, lineFlag, lineCount});
    const Register least = col(Op::FoldLowest, day, kMoney, {lineToDay, lineFlag, fee});
    const Register any = col(Op::FoldAny, day, kYesNoType, {lineToDay, lineFlag});
    const Register every = col(Op::FoldEvery, 0, kYesNoType, {up, lineFlag});
    const Register only = col(Op::FoldOnly, 0, {TypeKind::Row, 0, line}, {up, lineFlag});
    const Register first =
        col(Op::FoldFirst, 0, {TypeKind::Row, 0, line}, {up, lineFlag, lineCode}, {1});
    const Register read = col(Op::Gather, 0, kMoney, {fee, first});
    const Register rank = col(Op::Rank, item, kCount, {itemToDay, total});
    const Register every15 = bed.constant(item, kCount, 15);
    const Register dayChoice = col(Op::Choice, day, kCount, {});
    const Register itemMask = bed.constant(item, kYesNoType, 1);
    const std::vector<Register> pool{itemToDay, most, itemMask, total, every15, rank, dayChoice};
    const Register units = col(Op::Apportion, item, kCount, pool);
    const Register outcomes = col(Op::ApportionOutcomes, day, kCount, pool);
    const Register hasUnits = col(Op::Compare, item, kYesNoType, {units, rank}, {4});
    const std::uint32_t bill = bed.space("bill", SpaceInfo::Kind::Rows);
    const Register origin = bed.link(Op::BuildRows, bill, item, {hasUnits, itemMask}, item);
    const Register branch = col(Op::BranchOf, bill, kCount, {origin});
    const Register exists = col(Op::RowExists, bill, kYesNoType, {origin});
    const Register billUnits = col(Op::Spread, bill, kCount, {units, origin});
    const Register byBranch = col(Op::BranchSelect, bill, kCount, {branch, billUnits, branch});
    const Register billToDay = bed.link(Op::Compose, bill, day, {origin, itemToDay});
    const std::uint32_t pair = bed.space("pair", SpaceInfo::Kind::Pairs);
    const Register pairFirst = bed.link(Op::BuildPairs, pair, line, {up}, line);
    const Register pairSecond = bed.link(Op::PairSecond, pair, line, {pairFirst});
    const Register secondCode = col(Op::Spread, pair, code, {lineCode, pairSecond});
    const std::uint32_t mixed = bed.space("mixed");
    const Register mixedLine =
        bed.link(Op::BuildProduct, mixed, line, {lineToDay, itemToDay}, item);
    const Register mixedItem = bed.link(Op::ProductSecond, mixed, item, {mixedLine});
    const Register mixedUnits = col(Op::Spread, mixed, kCount, {units, mixedItem});

    // What looks across rows.
    const Register holes = col(Op::GroupHoles, day, kYesNoType, {});
    const Register open2 = col(Op::UnknownIf, day, kYesNoType, {holes}, {0, place});
    const Register weekStart = col(Op::PeriodStart, 0, kDate, {date}, {0, kNoIndex, 0});
    const Register quarterEnd = col(Op::PeriodEnd, 0, kDate, {date}, {0, kNoIndex, 2});
    const Register words = col(Op::WordCount, 0, kCount, {key});
    const Register alike = col(Op::Similarity, 0, {TypeKind::Number, 4, 0}, {key, key});
    const Register drawn = col(Op::DrawNumber, 0, kCount, {key, key});
    const Register same = bed.link(Op::Identity, line, line, {});
    const Register toLine = bed.link(Op::LinkOfRow, 0, line, {only});
    const Register ownFee = col(Op::Spread, 0, kMoney, {fee, toLine});
    const Register recordRank = col(Op::DenseRank, 0, kCount, {toDay, date, count});
    const Register lineRecordRank = col(Op::Spread, line, kCount, {recordRank, up});
    const Register lineRank = col(Op::DenseRank, line, kCount, {up, lineCount});
    bytecode::WindowInfo since;
    since.hasMask = true;
    since.compares = {0, 3};
    since.dates = 1;
    since.orders = {"order:date", "order:count"};
    since.upTo = bytecode::WindowInfo::UpTo::Inclusive;
    since.upToOrders = 2;
    since.since = true;
    bytecode::WindowInfo last;
    last.orders = {"order:date", "order:count"};
    last.upTo = bytecode::WindowInfo::UpTo::Exclusive;
    last.upToOrders = 1;
    last.lastRows = 2;
    program.windows = {since, last, {}};
    const Register lineStart = col(Op::Spread, line, kDate, {weekStart, up});
    const Register lineEnd = col(Op::Spread, line, kDate, {quarterEnd, up});
    const std::uint32_t recent = bed.space("recent");
    const Register asking = bed.link(Op::BuildWindow,
                                     recent,
                                     line,
                                     {lineToDay,
                                      lineToDay,
                                      lineFlag,
                                      lineCode,
                                      lineCode,
                                      lineCount,
                                      lineCount,
                                      lineDate,
                                      lineStart,
                                      lineEnd,
                                      lineRecordRank,
                                      up,
                                      lineRecordRank,
                                      up,
                                      lineRank,
                                      same,
                                      lineRank,
                                      same,
                                      inSet},
                                     line);
    const Register seen = bed.link(Op::SecondOf, recent, line, {asking});
    const Register seenExists = col(Op::SecondExists, recent, kYesNoType, {asking});
    const Register seenFee = col(Op::Spread, recent, kMoney, {fee, seen});
    const Register lineOpen = col(Op::Spread, line, kYesNoType, {open2, lineToDay});
    const Register recentFee =
        col(Op::FoldTotal, line, kMoney, {asking, seenExists, seenFee, lineOpen}, {0, kNoIndex, 1});
    const std::uint32_t lastTwo = bed.space("last_two");
    const Register lastAsking =
        bed.link(Op::BuildWindow,
                 lastTwo,
                 line,
                 {lineToDay, lineToDay, lineRecordRank, up, lineRecordRank, up, lineRank, same},
                 line);
    program.code[lastAsking].immediate = 1;
    const Register lastExists = col(Op::SecondExists, lastTwo, kYesNoType, {lastAsking});
    const Register lastCount = col(Op::FoldCount, line, kCount, {lastAsking, lastExists});
    const Register dense = col(Op::Compare, line, kYesNoType, {lastCount, lineRank}, {4});
    const Register latest = col(Op::FoldLatest,
                                day,
                                {TypeKind::Row, 0, line},
                                {lineToDay, lineFlag, lineRecordRank, up, lineRank, same, open2},
                                {1, 1});
    const Register latestFee = col(Op::Gather, day, kMoney, {fee, latest});
    const std::uint32_t moment = bed.space("moment", SpaceInfo::Kind::Instants);
    const Register instants =
        bed.link(Op::BuildInstants, moment, day, {lineToDay, lineRank, lineCount}, line);
    const Register start = col(Op::InstantStart, moment, kCount, {instants});
    const Register finish = col(Op::InstantEnd, moment, kCount, {instants});
    const Register momentExists = col(Op::SecondExists, moment, kYesNoType, {instants});
    const std::uint32_t cover = bed.space("cover", SpaceInfo::Kind::Covers);
    const Register covers = bed.link(Op::BuildCovers, cover, moment, {instants}, moment);
    const Register covering = bed.link(Op::SecondOf, cover, line, {covers});
    const Register coverExists = col(Op::SecondExists, cover, kYesNoType, {covers});
    const Register people = col(Op::FoldCount, moment, kCount, {covers, coverExists});
    const Register peak =
        col(Op::FoldHighest, day, kCount, {instants, momentExists, people, open2});

    const Register linesOfDay = col(Op::Spread, 0, kCount, {lines, toDay});

    const auto shown = [&](std::string name, Register value) {
        bytecode::Shown made;
        made.name = std::move(name);
        made.type = program.code[value].type;
        made.value = value;
        return made;
    };
    program.schema.keyField = 0;
    program.schema.spaces[0].fields[0].required = true;
    program.spaces[0].columns = {shown("key", key),
                                 shown("chosen", dated),
                                 shown("every", every),
                                 shown("words", words),
                                 shown("alike", alike),
                                 shown("drawn", drawn)};
    program.spaces[line].toParent = up;
    program.spaces[line].columns = {shown("fee", fee), shown("day", gathered)};
    program.spaces[day].membership = toDay;
    program.spaces[day].columns = {shown("date", dayDate),
                                   shown("lines", lines),
                                   shown("distinct", distinct),
                                   shown("least", least)};
    program.spaces[item].parent = day;
    program.spaces[item].listName = "items";
    program.spaces[item].toParent = itemToDay;
    program.spaces[item].rank = rank;
    program.spaces[item].columns = {shown("units", units)};
    program.spaces[bill].parent = day;
    program.spaces[bill].toParent = billToDay;
    program.spaces[bill].exists = exists;
    program.spaces[bill].columns = {shown("units", byBranch)};
    program.spaces[pair].first = pairFirst;
    program.spaces[pair].second = pairSecond;
    program.spaces[pair].columns = {shown("second", secondCode)};
    program.spaces[mixed].columns = {shown("units", mixedUnits)};
    program.classes = {{"day", {date, fact}}};
    program.spaces[day].partitionClass = 0;
    program.spaces[item].partitionClass = 0;
    program.spaces[moment].parent = day;
    program.spaces[moment].listName = "moments";
    program.spaces[moment].toParent = instants;
    program.spaces[moment].exists = momentExists;
    program.spaces[moment].columns = {
        shown("start", start), shown("finish", finish), shown("people", people)};
    program.spaces[cover].parent = moment;
    program.spaces[cover].toParent = covers;
    program.spaces[cover].first = covering;
    program.spaces[day].columns.push_back(shown("peak", peak));
    program.spaces[day].columns.push_back(shown("latest", latestFee));
    program.spaces[line].columns.push_back(shown("recent", recentFee));
    program.spaces[line].columns.push_back(shown("dense", dense));
    program.spaces[0].columns.push_back(shown("own", ownFee));

    bytecode::FindingInfo finding;
    finding.name = "too_low";
    finding.slots = {"lowest"};
    finding.remedy = bytecode::Template{{"Pay ", std::nullopt, kNoIndex}, {"", std::nullopt, 0}};
    bytecode::FindingInfo noted;
    noted.name = "noted";
    program.findings = {finding, noted};
    bytecode::DecisionInfo decision;
    decision.name = "north.price";
    decision.shortName = "price";
    decision.space = 0;
    decision.shown = shown("price", one);
    decision.shown.decision = 0;
    decision.contributions = {{0, 0, flag, amount}};
    bytecode::DecisionInfo marks;
    marks.name = "north.marks";
    marks.shortName = "marks";
    marks.space = day;
    marks.combination = bytecode::Combination::Union;
    marks.shown.name = "marks";
    marks.shown.type = {TypeKind::Set, 0, 0};
    marks.shown.members = {any, any};
    marks.shown.decision = 1;
    marks.contributions = {{0, 1, any, kNoIndex}};
    bytecode::DecisionInfo watched;
    watched.name = "north.watched";
    watched.shortName = "watched";
    watched.space = 0;
    watched.combination = bytecode::Combination::Strictest;
    watched.shown.name = "watched";
    watched.shown.type = {TypeKind::Step, 0, 0};
    watched.shown.members = {flag, known};
    watched.shown.date = date;
    watched.shown.decision = 2;
    watched.contributions = {{0, 3, flag, kNoIndex}};
    program.decisions = {decision, marks, watched};
    bytecode::Clause leaf;
    leaf.kind = bytecode::Clause::Kind::Parameter;
    leaf.value = rate;
    leaf.type = kMoney;
    leaf.detail = 0;
    bytecode::Clause root;
    root.kind = bytecode::Clause::Kind::All;
    root.value = both;
    root.type = kYesNoType;
    root.children = {0, 4, 6, 7, 8};
    const auto clause = [&](bytecode::Clause::Kind kind, Register value) {
        bytecode::Clause made;
        made.kind = kind;
        made.value = value;
        made.type = value == kNoIndex ? Type{} : program.code[value].type;
        return made;
    };
    bytecode::Clause linesTotal = clause(bytecode::Clause::Kind::Total, lines);
    bytecode::Clause linesBody = clause(bytecode::Clause::Kind::Value, lines);
    linesBody.children = {2};
    bytecode::Clause linesThere = clause(bytecode::Clause::Kind::Definition, linesOfDay);
    linesThere.link = toDay;
    linesThere.children = {3};
    bytecode::Clause marksThere = clause(bytecode::Clause::Kind::Decision, kNoIndex);
    marksThere.type = marks.shown.type;
    marksThere.members = marks.shown.members;
    marksThere.detail = 1;
    bytecode::Clause watchThere = clause(bytecode::Clause::Kind::Decision, date);
    watchThere.type = watched.shown.type;
    watchThere.members = watched.shown.members;
    watchThere.detail = 2;
    bytecode::Clause field = clause(bytecode::Clause::Kind::Field, amount);
    bytecode::Clause feeThere = clause(bytecode::Clause::Kind::Definition, ownFee);
    feeThere.link = toLine;
    feeThere.children = {9};
    bytecode::Clause feeBody = clause(bytecode::Clause::Kind::Value, fee);
    feeBody.children = {10};
    bytecode::Clause feeTable = clause(bytecode::Clause::Kind::Table, fee);
    feeTable.detail = 0;
    bytecode::Clause isOpen = clause(bytecode::Clause::Kind::Test, open);
    bytecode::Clause dayRoot = clause(bytecode::Clause::Kind::AnyOf, any);
    dayRoot.children = {2, 5, 13, 14};
    bytecode::Clause dayRecent = clause(bytecode::Clause::Kind::Total, peak);
    bytecode::Clause dayMost = clause(bytecode::Clause::Kind::Total, most);
    program.clauses = {leaf,
                       root,
                       linesTotal,
                       linesBody,
                       linesThere,
                       marksThere,
                       watchThere,
                       field,
                       feeThere,
                       feeBody,
                       feeTable,
                       isOpen,
                       dayRoot,
                       dayRecent,
                       dayMost};
    bytecode::RuleInfo rule;
    rule.name = "north.rule";
    rule.space = 0;
    rule.applies = both;
    rule.inForce = inForce;
    rule.clause = 1;
    rule.weights = {{0, 3}, {line, 8}};
    bytecode::ExceptionInfo exception;
    exception.name = "north.except";
    exception.applies = open;
    exception.clause = 11;
    rule.exceptions = {exception};
    bytecode::Effect contribute;
    contribute.guard = flag;
    contribute.decision = 0;
    contribute.value = amount;
    bytecode::Effect mark;
    mark.guard = flag;
    mark.row = toDay;
    mark.decision = 1;
    mark.member = 1;
    bytecode::Effect report;
    report.kind = bytecode::Effect::Kind::Report;
    report.guard = guarded;
    report.finding = 0;
    report.slots = {shown("lowest", lowest)};
    report.atStake = highest;
    report.because =
        bytecode::Template{{"paid ", std::nullopt, kNoIndex}, {"", shown("read", read), kNoIndex}};
    bytecode::Effect watch;
    watch.guard = flag;
    watch.decision = 2;
    watch.member = 0;
    rule.effects = {contribute, mark, report, watch};
    bytecode::RuleInfo ofDay;
    ofDay.name = "north.rule_of_day";
    ofDay.space = day;
    ofDay.applies = any;
    ofDay.clause = 12;
    bytecode::Effect plain;
    plain.kind = bytecode::Effect::Kind::Report;
    plain.guard = any;
    plain.finding = 1;
    ofDay.effects = {plain};
    program.rules = {rule, ofDay};
    bytecode::OutputInfo price;
    price.name = "price";
    price.space = 0;
    price.columns = {shown("price", one)};
    bytecode::OutputInfo bills;
    bills.name = "bills";
    bills.space = day;
    bills.rows = bill;
    bills.link = billToDay;
    bills.columns = {shown("units", byBranch)};
    bills.choices = true;
    program.outputs = {price, bills};
    program.outcomes = outcomes;
    program.outcomesSpace = day;
    program.packs = {{"north", "1", "Northern tariff", "law", "ab"}};
    program.digest = "cd";
    static_cast<void>(only);
    static_cast<void>(choice);
    return program;
}

}  // namespace proviso::test
