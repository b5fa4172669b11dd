// A service that counts its visits and knows the height of ESC.
#include <string>

#include "ela.hpp"

namespace {

/// A call that was refused or failed is the caller's to know.
bool failed(const ela::Outcome& outcome, const ela::Reply& reply) {
  if (!outcome.ok) reply({503, outcome.text + "\n"});
  return !outcome.ok;
}

ela::Answer json_answer(const std::string& body) {
  return {200, body + "\n", {{"content-type", "application/json"}}};
}

/// Kept in storage: memory is gone with the request.
void count_visit(ela::Reply reply) {
  ela::call("storage", "getText", {ela::json("visits")}, [reply](const ela::Outcome& kept) {
    if (failed(kept, reply)) return;
    const auto visits = std::to_string(std::atol(ela::text_of(kept.text).c_str()) + 1);
    const auto told = [reply, visits](const ela::Outcome& written) {
      if (!failed(written, reply)) reply(json_answer("{\"visits\":" + visits + "}"));
    };
    ela::call("storage", "put", {ela::json("visits"), ela::json(visits)}, told);
  });
}

void tell_height(ela::Reply reply) {
  const auto args = {ela::json("esc"), ela::json("eth_blockNumber")};
  ela::call("chain", "read", args, [reply](const ela::Outcome& outcome) {
    if (failed(outcome, reply)) return;
    const auto height = std::stoul(ela::text_of(outcome.text), nullptr, 16);
    reply(json_answer("{\"esc\":" + std::to_string(height) + "}"));
  });
}

}  // namespace

void handle(ela::Request request, ela::Reply reply) {
  if (request.method != "GET") return reply({405, "only GET is answered\n"});
  if (request.path() == "/") return count_visit(reply);
  if (request.path() == "/height") return tell_height(reply);
  reply({404, "there is nothing at " + request.path() + "\n"});
}
