package dapp;

/** A service that counts its visits and knows the height of ESC. */
final class Service {
  private final Ela ela;

  Service(Ela ela) {
    this.ela = ela;
  }

  Answer answer(Request request) {
    if (!request.method().equals("GET")) return Answer.text(405, "only GET is answered");
    try {
      return switch (request.path()) {
        case "/" -> Answer.json("{\"visits\":" + countVisit() + "}");
        case "/height" -> Answer.json("{\"esc\":" + height() + "}");
        default -> Answer.text(404, "there is nothing at " + request.path());
      };
    } catch (RuntimeException refused) {
      return Answer.text(503, refused.getMessage());
    }
  }

  /** Kept in storage: memory is gone when the DApp is closed. */
  private long countVisit() {
    String kept = Json.textOf(ela.call("storage", "getText", Json.text("visits")));
    long visits = (kept == null ? 0 : Long.parseLong(kept)) + 1;
    ela.call("storage", "put", Json.text("visits"), Json.text(Long.toString(visits)));
    return visits;
  }

  private long height() {
    String hex = Json.textOf(ela.call("chain", "read", Json.text("esc"), Json.text("eth_blockNumber")));
    return Long.parseLong(hex.substring(2), 16);
  }
}
