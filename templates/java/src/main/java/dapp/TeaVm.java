package dapp;

import org.teavm.jso.JSExport;
import org.teavm.jso.JSObject;
import org.teavm.jso.core.JSPromise;
import org.teavm.jso.core.JSString;

/** Where `ela` comes in when TeaVM made a JavaScript module of the DApp. */
public final class TeaVm {
  private TeaVm() {}

  /** What `ela` hands in with each request. */
  public interface Host extends JSObject {
    JSPromise<JSString> call(String capability, String method, String args);
  }

  /** The texts are messages of {@link Request} and {@link Answer}. */
  @JSExport
  public static JSPromise<JSString> handle(Host host, String message) {
    Ela ela =
        (capability, method, args) -> {
          String list = "[" + String.join(",", args) + "]";
          return Ela.valueOf(host.call(capability, method, list).await().stringValue());
        };
    return JSPromise.callAsync(
        () -> JSString.valueOf(new Service(ela).answer(Request.parse(message)).toMessage()));
  }
}
