// What a DApp in C++ needs to be one: requests, answers, and calls of the runtime.
//
//     void handle(ela::Request request, ela::Reply reply);   // yours; reply exactly once
//
// `handle` may reply at once, or later in the function that it gives to `ela::call`. Each request
// runs in a memory of its own: globals begin anew. What has to stay goes into `storage`.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace ela {

struct Request {
  std::string method;
  /// The whole address: `http://…/path?query`.
  std::string url;
  /// Names in small letters.
  std::map<std::string, std::string> headers;
  std::string body;

  /// `/path` of the address, without its query.
  std::string path() const {
    const auto host = url.find("://");
    const auto start = host == std::string::npos ? 0 : url.find('/', host + 3);
    if (start == std::string::npos) return "/";
    return url.substr(start, url.find_first_of("?#", start) - start);
  }
};

struct Answer {
  int status = 200;
  std::string body;
  std::map<std::string, std::string> headers = {{"content-type", "text/plain; charset=utf-8"}};
};

/// Takes the answer of the request; the second one of a request is ignored.
using Reply = std::function<void(const Answer&)>;

/// What came back of a call: JSON, or the text of an error.
struct Outcome {
  bool ok;
  std::string text;
};

/// A text as JSON.
inline std::string json(std::string_view text) {
  static constexpr char digits[] = "0123456789abcdef";
  std::string out = "\"";
  for (const unsigned char letter : text) {
    if (letter == '"' || letter == '\\') {
      out += '\\';
      out += static_cast<char>(letter);
    } else if (letter < 0x20) {
      out += "\\u00";
      out += digits[letter >> 4];
      out += digits[letter & 15];
    } else {
      out += static_cast<char>(letter);
    }
  }
  return out + '"';
}

/// The text of a JSON string; nothing for any other value. `\uXXXX` above 7 bits becomes `?`.
inline std::string text_of(std::string_view value) {
  if (value.size() < 2 || value.front() != '"' || value.back() != '"') return {};
  std::string out;
  for (std::size_t at = 1; at + 1 < value.size(); ++at) {
    if (value[at] != '\\') {
      out += value[at];
      continue;
    }
    switch (value[++at]) {
      case 'n': out += '\n'; break;
      case 't': out += '\t'; break;
      case 'r': out += '\r'; break;
      case 'b': out += '\b'; break;
      case 'f': out += '\f'; break;
      case 'u': {
        unsigned code = 0;
        for (int digit = 0; digit < 4 && at + 2 < value.size(); ++digit) {
          const char letter = value[++at];
          const char low = static_cast<char>(letter | 0x20);
          code = code * 16 + static_cast<unsigned>(letter <= '9' ? letter - '0' : low - 'a' + 10);
        }
        out += code < 0x80 ? static_cast<char>(code) : '?';
        break;
      }
      default: out += value[at];
    }
  }
  return out;
}

/// Calls `env.ELA.<capability>.<method>`; every argument is JSON. `then` runs when it is over.
void call(std::string_view capability, std::string_view method,
          const std::vector<std::string>& args, std::function<void(const Outcome&)> then);

/// A line for whoever runs the DApp.
void log(std::string_view line);

}  // namespace ela

/// Yours.
void handle(ela::Request request, ela::Reply reply);
