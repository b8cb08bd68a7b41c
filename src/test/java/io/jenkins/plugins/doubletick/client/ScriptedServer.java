package io.jenkins.plugins.doubletick.client;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ServerSocketFactory;

/** A server on a loopback port that answers each request with a script, byte by byte, valid or not. */
public final class ScriptedServer implements AutoCloseable {

    /** What to do with one request that has been read. The connection is closed when it returns. */
    @FunctionalInterface
    public interface Reply {
        void to(Socket socket, ScriptedServer server) throws Exception;
    }

    private static final Pattern LENGTH = Pattern.compile("(?i)\r\ncontent-length: *([0-9]+)");

    private final ServerSocket serverSocket;
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final boolean reads;
    private final List<Reply> replies;
    private final List<String> requests = new CopyOnWriteArrayList<>();
    private final BlockingQueue<String> arrivals = new LinkedBlockingQueue<>();
    private final BlockingQueue<String> disconnects = new LinkedBlockingQueue<>();

    /** @param replies to the first, second … request; the last one is repeated */
    public ScriptedServer(Reply... replies) throws IOException {
        this(ServerSocketFactory.getDefault(), replies);
    }

    public ScriptedServer(ServerSocketFactory sockets, Reply... replies) throws IOException {
        this(sockets, true, replies);
    }

    private ScriptedServer(ServerSocketFactory sockets, boolean reads, Reply... replies) throws IOException {
        this.reads = reads;
        this.replies = List.of(replies);
        serverSocket = sockets.createServerSocket(0, 400, InetAddress.getLoopbackAddress());
        threads.submit(this::accept);
    }

    /** A server that does this to a connection before it has read anything; it never knows of a request. */
    static ScriptedServer deaf(Reply reply) throws IOException {
        return new ScriptedServer(ServerSocketFactory.getDefault(), false, reply);
    }

    /** A whole HTTP response; {@code headers} are lines such as {@code Retry-After: 1}. */
    public static Reply answer(int status, String body, String... headers) {
        int length = body.getBytes(StandardCharsets.UTF_8).length;
        return raw(head(status, "Content-Length: " + length, headers) + body);
    }

    static String head(int status, String header, String... headers) {
        String more = headers.length == 0 ? "" : String.join("\r\n", headers) + "\r\n";
        return "HTTP/1.1 " + status + " Status\r\nConnection: close\r\n" + header + "\r\n" + more + "\r\n";
    }

    /** These bytes, whether they are an HTTP response or not. */
    static Reply raw(String bytes) {
        return (socket, server) -> socket.getOutputStream().write(bytes.getBytes(StandardCharsets.UTF_8));
    }

    public static Reply success() {
        return answer(201, "{\"success\":true}");
    }

    /** Another reply, which is sent when the test says so. */
    public static Reply after(CountDownLatch event, Reply reply) {
        return (socket, server) -> {
            event.await();
            reply.to(socket, server);
        };
    }

    /** Cuts the connection with a TCP reset. */
    public static Reply reset() {
        return (socket, server) -> socket.setSoLinger(true, 0);
    }

    /** Never answers; returns when the client hangs up, which {@link #awaitDisconnect} waits for. */
    public static Reply silence() {
        return (socket, server) -> {
            try {
                socket.getInputStream().transferTo(OutputStream.nullOutputStream());
            } catch (IOException e) {
                // A reset is a hang-up, too.
            }
            server.disconnects.add("hung up");
        };
    }

    /** Sends these characters one at a time, so slowly that the client gives up first. */
    static Reply drip(String text) {
        return (socket, server) -> {
            socket.setSoTimeout(100);
            for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
                socket.getOutputStream().write(b);
                try {
                    if (socket.getInputStream().read() < 0) {
                        return;
                    }
                } catch (SocketTimeoutException e) {
                    // Still there.
                }
            }
        };
    }

    public int port() {
        return serverSocket.getLocalPort();
    }

    public String url() {
        return "http://127.0.0.1:" + port();
    }

    /** The requests so far, each with its head and body as text. */
    public List<String> requests() {
        return List.copyOf(requests);
    }

    /** The request that is answered, where requests come one after another. */
    public String latestRequest() {
        return requests.get(requests.size() - 1);
    }

    /** The next request that nobody awaited yet; fails after a minute without one. */
    public String awaitRequest() throws InterruptedException {
        return Objects.requireNonNull(arrivals.poll(1, TimeUnit.MINUTES), "No request came");
    }

    /** Waits until a client hung up on {@link #silence}; fails after a minute. */
    public void awaitDisconnect() throws InterruptedException {
        Objects.requireNonNull(disconnects.poll(1, TimeUnit.MINUTES), "The client did not hang up");
    }

    @Override
    public void close() throws IOException {
        serverSocket.close();
        threads.shutdownNow();
    }

    private Void accept() throws IOException {
        while (true) {
            Socket socket = serverSocket.accept();
            threads.submit(() -> serve(socket));
        }
    }

    private Void serve(Socket socket) throws Exception {
        try (socket) {
            int index = 0;
            if (reads) {
                String request = readRequest(socket.getInputStream());
                if (request == null) {
                    return null;
                }
                synchronized (requests) {
                    index = requests.size();
                    requests.add(request);
                }
                arrivals.add(request);
            }
            replies.get(Math.min(index, replies.size() - 1)).to(socket, this);
            socket.getOutputStream().flush();
        }
        return null;
    }

    /** Head and body; null if the client hung up before the head's end. */
    private static String readRequest(InputStream in) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        String head;
        do {
            int next = in.read();
            if (next < 0) {
                return null;
            }
            bytes.write(next);
            head = bytes.toString(StandardCharsets.UTF_8);
        } while (!head.endsWith("\r\n\r\n"));
        Matcher length = LENGTH.matcher(head);
        int body = length.find() ? Integer.parseInt(length.group(1)) : 0;
        return head + new String(in.readNBytes(body), StandardCharsets.UTF_8);
    }
}
