package dapp;

/** What a service answers: a status like 200, the type of the body, and the body. */
public record Answer(int status, String type, String body) {
  public static Answer text(int status, String body) {
    return new Answer(status, "text/plain; charset=utf-8", body + "\n");
  }

  public static Answer json(String body) {
    return new Answer(200, "application/json", body + "\n");
  }

  String toMessage() {
    return status + "\ncontent-type: " + type + "\n\n" + body;
  }
}
