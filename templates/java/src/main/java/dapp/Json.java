package dapp;

/** As much JSON as a small service needs. */
public final class Json {
  private Json() {}

  /** A text as JSON. */
  public static String text(String value) {
    StringBuilder out = new StringBuilder("\"");
    for (char letter : value.toCharArray()) {
      if (letter == '"' || letter == '\\') out.append('\\').append(letter);
      else if (letter < 0x20) out.append("\\u00").append(hex(letter >> 4)).append(hex(letter & 15));
      else out.append(letter);
    }
    return out.append('"').toString();
  }

  /** The text of a JSON string without escapes; null for any other value. */
  public static String textOf(String value) {
    boolean isText = value.length() >= 2 && value.startsWith("\"") && value.indexOf('\\') < 0;
    return isText ? value.substring(1, value.length() - 1) : null;
  }

  private static char hex(int digit) {
    return Character.forDigit(digit, 16);
  }
}
