package dapp;

/**
 * The runtime, as a DApp in Java sees it. A call waits for its answer like any method; meanwhile
 * other requests go on.
 */
public interface Ela {
  /**
   * Calls {@code env.ELA.<capability>.<method>}.
   *
   * @param args each one JSON; {@link Json#text} makes it of a text
   * @return JSON of what came back
   * @throws RuntimeException when the call is refused or fails; its message begins with a code
   */
  String call(String capability, String method, String... args);

  /** {@code +} and JSON, or {@code -} and why it was refused. */
  static String valueOf(String outcome) {
    if (outcome.startsWith("+")) return outcome.substring(1);
    throw new RuntimeException(outcome.substring(1));
  }
}
