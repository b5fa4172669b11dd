package dapp;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What somebody asks.
 *
 * @param url the whole address: {@code http://…/path?query}
 * @param headers names in small letters
 */
public record Request(String method, String url, Map<String, String> headers, String body) {
  /** {@code /path} of the address, without its query. */
  public String path() {
    int host = url.indexOf("://");
    int start = url.indexOf('/', host < 0 ? 0 : host + 3);
    if (start < 0) return "/";
    String path = url.substring(start);
    int end = path.indexOf('?');
    return end < 0 ? path : path.substring(0, end);
  }

  /** Method, space, address; a header a line; an empty line; the body. */
  static Request parse(String message) {
    int end = message.indexOf("\n\n");
    String[] lines = message.substring(0, end).split("\n");
    int space = lines[0].indexOf(' ');
    Map<String, String> headers = new LinkedHashMap<>();
    for (int at = 1; at < lines.length; at++) {
      int colon = lines[at].indexOf(": ");
      headers.put(lines[at].substring(0, colon), lines[at].substring(colon + 2));
    }
    String method = lines[0].substring(0, space);
    return new Request(method, lines[0].substring(space + 1), headers, message.substring(end + 2));
  }
}
