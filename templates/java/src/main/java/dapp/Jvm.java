package dapp;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Where `ela` comes in when the DApp runs on a Java virtual machine: frames on standard input and
 * output (ABI {@code ela-stdio/1}).
 *
 * <pre>
 * length u32, kind u8, id u32, content        big-endian; the length counts from the kind
 * 1 request, 2 outcome of a call, 3 ping      to us
 * 4 answer, 5 call, 6 pong                    from us
 * </pre>
 */
public final class Jvm {
  private static final int REQUEST = 1;
  private static final int OUTCOME = 2;
  private static final int PING = 3;
  private static final int ANSWER = 4;
  private static final int CALL = 5;
  private static final int PONG = 6;
  private static final int HEAD = 5;
  private static final int THREADS = 32;

  private final DataInputStream in = new DataInputStream(System.in);
  private final DataOutputStream out = new DataOutputStream(System.out);
  private final Map<Integer, CompletableFuture<String>> calls = new ConcurrentHashMap<>();
  private final AtomicInteger lastCall = new AtomicInteger();
  private final ExecutorService threads =
      Executors.newFixedThreadPool(
          THREADS,
          work -> {
            Thread thread = new Thread(work);
            thread.setDaemon(true);
            return thread;
          });

  public static void main(String[] args) throws IOException {
    Jvm jvm = new Jvm();
    // Whatever the DApp prints is its log; the other stream is for frames.
    System.setOut(new PrintStream(System.err, true, StandardCharsets.UTF_8));
    jvm.listen();
  }

  private void listen() throws IOException {
    while (true) {
      int length;
      try {
        length = in.readInt();
      } catch (EOFException ended) {
        return;
      }
      int kind = in.readUnsignedByte();
      int id = in.readInt();
      byte[] content = in.readNBytes(length - HEAD);
      switch (kind) {
        case REQUEST -> threads.execute(() -> answer(id, text(content)));
        case OUTCOME -> {
          CompletableFuture<String> call = calls.remove(id);
          if (call != null) call.complete(text(content));
        }
        case PING -> say(PONG, id, content);
        default -> throw new IOException("a frame of kind " + kind);
      }
    }
  }

  private void answer(int id, String message) {
    Answer answer;
    try {
      answer = new Service(this::call).answer(Request.parse(message));
    } catch (RuntimeException defect) {
      defect.printStackTrace();
      answer = Answer.text(500, "the service failed");
    }
    say(ANSWER, id, bytes(answer.toMessage()));
  }

  private String call(String capability, String method, String... args) {
    int id = lastCall.incrementAndGet();
    CompletableFuture<String> outcome = new CompletableFuture<>();
    calls.put(id, outcome);
    String list = "[" + String.join(",", args) + "]";
    say(CALL, id, bytes("[" + Json.text(capability) + "," + Json.text(method) + "," + list + "]"));
    return Ela.valueOf(outcome.join());
  }

  private void say(int kind, int id, byte[] content) {
    synchronized (out) {
      try {
        out.writeInt(HEAD + content.length);
        out.writeByte(kind);
        out.writeInt(id);
        out.write(content);
        out.flush();
      } catch (IOException gone) {
        // Nobody listens any more: the runtime is about to end us.
        Runtime.getRuntime().halt(1);
      }
    }
  }

  private static String text(byte[] bytes) {
    return new String(bytes, StandardCharsets.UTF_8);
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
