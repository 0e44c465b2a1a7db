#include "compiler/testing/given.h"

#include "compiler/testing/literals.h"
#include "runtime/decision/json.h"

#include <algorithm>
#include <map>
#include <memory>

namespace proviso::testing {

namespace {

/// A value of the record: JSON text, an object, or a list.
struct Node {
    enum class Kind : std::uint8_t {
        Text,
        Object,
        List
    } kind = Kind::Object;
    std::string text;
    std::map<std::string, Node> members;
    std::vector<Node> elements;
};

// NOLINTNEXTLINE(misc-no-recursion): depth bounded by ParseLimits::nesting
void write(std::string& out, const Node& node) {
    switch (node.kind) {
    case Node::Kind::Text:
        out += node.text;
        break;
    case Node::Kind::Object: {
        out += '{';
        bool first = true;
        for (const auto& [name, member] : node.members) {
            out += first ? "" : ",";
            first = false;
            appendJsonText(out, name);
            out += ':';
            write(out, member);
        }
        out += '}';
        break;
    }
    case Node::Kind::List: {
        out += '[';
        for (std::size_t index = 0; index < node.elements.size(); ++index) {
            out += index == 0 ? "" : ",";
            write(out, node.elements[index]);
        }
        out += ']';
        break;
    }
    }
}

/// A value in its machine form as JSON: numbers by their digits, so that nothing is rounded.
Node valueNode(const Type& type, const std::string& text) {
    Node node{.kind = Node::Kind::Text, .text = {}, .members = {}, .elements = {}};
    switch (type.kind) {
    case TypeKind::YesNo:
    case TypeKind::Attestation:
        node.text = text == "yes" ? "true" : "false";
        break;
    case TypeKind::Number:
    case TypeKind::Money:
    case TypeKind::Minutes:
    case TypeKind::Days:
        node.text = text;
        break;
    default:
        appendJsonText(node.text, text);
        break;
    }
    return node;
}

class RecordBuilder {
  public:
    RecordBuilder(const Schema& schema, GivenProblem& problem)
        : schema_(schema), problem_(problem) {}

    /// Puts the fields into `object`. `space` and `prefix` say what its fields are called in the
    /// schema.
    // NOLINTNEXTLINE(misc-no-recursion): depth bounded by ParseLimits::nesting
    bool put(Node& object,
             std::uint32_t space,
             const std::string& prefix,
             const std::vector<ast::GivenField>& fields) {
        for (const ast::GivenField& field : fields) {
            if (!putField(object, space, prefix + field.name.text, field)) {
                return false;
            }
        }
        return true;
    }

  private:
    bool fail(Span span, std::string text) {
        problem_ = {span, std::move(text)};
        return false;
    }

    const SchemaField* findField(std::uint32_t space, const std::string& name) const {
        const auto& fields = schema_.spaces[space].fields;
        const auto place =
            std::find_if(fields.begin(), fields.end(), [&](const SchemaField& field) {
                return field.name == name;
            });
        return place == fields.end() ? nullptr : &*place;
    }

    std::uint32_t findList(std::uint32_t space, const std::string& name) const {
        for (std::uint32_t index = 0; index < schema_.spaces.size(); ++index) {
            if (schema_.spaces[index].parent == space && schema_.spaces[index].listName == name) {
                return index;
            }
        }
        return kNoIndex;
    }

    /// The name in the input of the nested record whose fields begin with `name.`; nullptr: there
    /// is none.
    const std::string* findNested(std::uint32_t space, const std::string& name) const {
        const std::string start = name + ".";
        const auto depth = static_cast<std::size_t>(std::count(name.begin(), name.end(), '.'));
        for (const SchemaField& field : schema_.spaces[space].fields) {
            if (field.name.starts_with(start)) {
                return &field.path[depth];
            }
        }
        for (const SchemaSpace& list : schema_.spaces) {
            if (list.parent == space && list.listName.starts_with(start)) {
                return &list.path[depth];
            }
        }
        return nullptr;
    }

    // NOLINTNEXTLINE(misc-no-recursion): depth bounded by ParseLimits::nesting
    bool putField(Node& object,
                  std::uint32_t space,
                  const std::string& name,
                  const ast::GivenField& field) {
        if (const SchemaField* known = findField(space, name)) {
            return putValue(object, *known, field);
        }
        if (const std::uint32_t list = findList(space, name); list != kNoIndex) {
            return putList(object, list, field);
        }
        if (const std::string* foreign = findNested(space, name)) {
            return putNested(object, space, name, *foreign, field);
        }
        return fail(field.name.span, "there is no field `" + name + "`");
    }

    bool putValue(Node& object, const SchemaField& known, const ast::GivenField& field) {
        if (field.unknown) {
            object.members.erase(known.path.back());
            return true;
        }
        const std::optional<std::string> text =
            field.value ? machineText(*field.value, known.type) : std::nullopt;
        if (!text) {
            return fail(field.name.span, "`" + known.name + "` is not given a value of its type");
        }
        object.members[known.path.back()] = valueNode(known.type, *text);
        return true;
    }

    // NOLINTNEXTLINE(misc-no-recursion): depth bounded by ParseLimits::nesting
    bool putList(Node& object, std::uint32_t list, const ast::GivenField& field) {
        const SchemaSpace& space = schema_.spaces[list];
        if (field.unknown) {
            object.members.erase(space.path.back());
            return true;
        }
        if (field.value) {
            return fail(field.name.span,
                        "`" + space.listName + "` is a list; its rows stand in `{ }`");
        }
        Node node{.kind = Node::Kind::List, .text = {}, .members = {}, .elements = {}};
        for (const ast::GivenBlock& block : field.blocks) {
            if (space.scalar) {
                for (const ast::ExpressionPtr& value : block.values) {
                    const std::optional<std::string> text =
                        machineText(*value, space.fields[0].type);
                    if (!text) {
                        return fail(value->span,
                                    "this is no value for the list `" + space.listName + "`");
                    }
                    node.elements.push_back(valueNode(space.fields[0].type, *text));
                }
                continue;
            }
            if (!block.values.empty()) {
                return fail(block.span,
                            "a row of `" + space.listName + "` gives its fields by name");
            }
            Node element;
            if (!put(element, list, "", block.fields)) {
                return false;
            }
            node.elements.push_back(std::move(element));
        }
        object.members[space.path.back()] = std::move(node);
        return true;
    }

    // NOLINTNEXTLINE(misc-no-recursion): depth bounded by ParseLimits::nesting
    bool putNested(Node& object,
                   std::uint32_t space,
                   const std::string& name,
                   const std::string& foreign,
                   const ast::GivenField& field) {
        if (field.unknown) {
            object.members.erase(foreign);
            return true;
        }
        if (field.value || field.blocks.size() != 1) {
            return fail(field.name.span, "`" + name + "` is one record; its fields stand in `{ }`");
        }
        return put(object.members[foreign], space, name + ".", field.blocks.front().fields);
    }

    const Schema& schema_;
    GivenProblem& problem_;
};

const ast::Sample* findSample(const Samples& samples, const ast::Name& name) {
    const auto place = std::find_if(samples.begin(), samples.end(), [&](const ast::Sample* sample) {
        return sample->name.text == name.text;
    });
    return place == samples.end() ? nullptr : *place;
}

}  // namespace

const std::string& binderOf(const ast::Given& given) {
    return given.binder ? given.binder->text : given.record.text;
}

std::optional<std::string> recordText(const ast::Given& given,
                                      const Samples& samples,
                                      const Schema& schema,
                                      GivenProblem& problem) {
    Node record;
    RecordBuilder builder(schema, problem);
    if (given.like) {
        const ast::Sample* sample = findSample(samples, *given.like);
        if (sample == nullptr) {
            problem = {given.like->span, "there is no sample `" + given.like->text + "`"};
            return std::nullopt;
        }
        if (!builder.put(record, 0, "", sample->fields)) {
            return std::nullopt;
        }
    }
    if (schema.keyField != kNoIndex) {
        const SchemaField& key = schema.spaces[0].fields[schema.keyField];
        record.members[key.path.back()] = valueNode(key.type, binderOf(given));
    }
    if (!builder.put(record, 0, "", given.fields)) {
        return std::nullopt;
    }
    std::string text;
    write(text, record);
    return text;
}

}  // namespace proviso::testing
