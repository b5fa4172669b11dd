// The other side of `ela.hpp`: the ABI `ela-wasm/1` that `ela` runs modules by.
#include "ela.hpp"

#define ELA_EXPORT(name) extern "C" __attribute__((export_name(#name)))
#define ELA_IMPORT(name) \
  extern "C" __attribute__((import_module("ela"), import_name(#name)))

ELA_IMPORT(call) int ela_import_call(const char* at, int bytes);
ELA_IMPORT(log) void ela_import_log(const char* at, int bytes);

namespace {

constexpr int LATER = -1;
std::string incoming;
std::string outgoing;
bool replied = false;
std::map<int, std::function<void(const ela::Outcome&)>> waiting;

void reply(const ela::Answer& answer) {
  if (replied) return;
  replied = true;
  outgoing = std::to_string(answer.status) + '\n';
  for (const auto& [name, value] : answer.headers) outgoing += name + ": " + value + '\n';
  outgoing += '\n' + answer.body;
}

int length() { return replied ? static_cast<int>(outgoing.size()) : LATER; }

std::string take_line(std::size_t& at) {
  const auto end = incoming.find('\n', at);
  const auto line = incoming.substr(at, end - at);
  at = end == std::string::npos ? incoming.size() : end + 1;
  return line;
}

}  // namespace

ELA_EXPORT(ela_alloc) char* ela_alloc(int bytes) {
  incoming.assign(static_cast<std::size_t>(bytes), '\0');
  return incoming.data();
}

ELA_EXPORT(ela_out) const char* ela_out() { return outgoing.data(); }

ELA_EXPORT(ela_handle) int ela_handle(int) {
  std::size_t at = 0;
  ela::Request request;
  const auto first = take_line(at);
  const auto space = first.find(' ');
  request.method = first.substr(0, space);
  request.url = first.substr(space + 1);
  for (auto line = take_line(at); !line.empty(); line = take_line(at)) {
    const auto colon = line.find(": ");
    request.headers[line.substr(0, colon)] = line.substr(colon + 2);
  }
  request.body = incoming.substr(at);
  handle(std::move(request), reply);
  return length();
}

ELA_EXPORT(ela_resume) int ela_resume(int call, int ok, int) {
  const auto found = waiting.find(call);
  if (found == waiting.end()) return length();
  const auto then = std::move(found->second);
  waiting.erase(found);
  then({ok != 0, incoming});
  return length();
}

void ela::call(std::string_view capability, std::string_view method,
               const std::vector<std::string>& args, std::function<void(const Outcome&)> then) {
  std::string message = "[" + json(capability) + ',' + json(method) + ",[";
  for (std::size_t at = 0; at < args.size(); ++at) message += (at > 0 ? "," : "") + args[at];
  message += "]]";
  waiting[ela_import_call(message.data(), static_cast<int>(message.size()))] = std::move(then);
}

void ela::log(std::string_view line) {
  ela_import_log(line.data(), static_cast<int>(line.size()));
}
