#include "compiler/parser/syntax.h"

namespace proviso::syntax {

const Token& Node::firstToken() const {
    Node node = *this;
    while (!node.isToken(0)) {
        node = node.node(0);
    }
    return node.token(0);
}

const Token& Node::lastToken() const {
    Node node = *this;
    while (!node.isToken(node.childCount() - 1)) {
        node = node.node(node.childCount() - 1);
    }
    return node.token(node.childCount() - 1);
}

bool Reader::atWord(std::string_view text) const {
    if (done() || !node_.isToken(place_)) {
        return false;
    }
    const Token& token = node_.token(place_);
    return (token.kind == TokenKind::Keyword || token.kind == TokenKind::Sign) &&
           token.text == text;
}

bool Reader::at(TokenKind kind) const {
    return !done() && node_.isToken(place_) && node_.token(place_).kind == kind;
}

bool Reader::at(Rule rule) const {
    return !done() && !node_.isToken(place_) && node_.node(place_).rule() == rule;
}

bool Reader::take(std::string_view text) {
    if (!atWord(text)) {
        return false;
    }
    ++place_;
    return true;
}

const Token& Reader::token() {
    return node_.token(place_++);
}

Node Reader::node() {
    return node_.node(place_++);
}

Node Reader::nextNode() {
    while (node_.isToken(place_)) {
        ++place_;
    }
    return node_.node(place_++);
}

}  // namespace proviso::syntax
