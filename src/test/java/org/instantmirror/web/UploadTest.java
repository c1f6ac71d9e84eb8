package org.instantmirror.web;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import org.apache.catalina.Context;
import org.apache.catalina.LifecycleException;
import org.apache.catalina.Wrapper;
import org.apache.catalina.startup.Tomcat;
import org.instantmirror.testing.RawClient;
import org.instantmirror.testing.RawResponse;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Bodies that don't come as they should; those that do are in {@code UsageReportTest}. */
class UploadTest {

  private final Tomcat tomcat = new Tomcat();

  /** How many have ended. */
  private final Semaphore ended = new Semaphore(0);

  private static final class Uploads extends HttpServlet {
    private static final long serialVersionUID = 1L;

    private final transient Semaphore ended;

    Uploads(Semaphore ended) {
      this.ended = ended;
    }

    @Override
    protected void doPost(HttpServletRequest request, HttpServletResponse response)
        throws IOException {
      Upload.begin(
          request,
          response,
          (asked, answer, body) -> answer.setStatus(202),
          ended::release,
          Duration.ofMillis(100));
    }
  }

  @BeforeEach
  void start(@TempDir Path folder) throws LifecycleException {
    tomcat.setBaseDir(folder.toString());
    tomcat.setSilent(true);
    tomcat.setPort(0);
    tomcat.getConnector();
    Context context = tomcat.addContext("", folder.toString());
    Wrapper wrapper = Tomcat.addServlet(context, "uploads", new Uploads(ended));
    wrapper.setAsyncSupported(true);
    wrapper.addMapping("/*");
    tomcat.start();
  }

  @AfterEach
  void stop() throws LifecycleException {
    tomcat.stop();
    tomcat.destroy();
  }

  private RawClient begin(String fields) throws IOException {
    RawClient client = new RawClient(tomcat.getConnector().getLocalPort());
    client.sendRaw("POST /api/v1/usage HTTP/1.1\r\nHost: localhost\r\n" + fields + "\r\n");
    return client;
  }

  private void assertEndedOnce() throws InterruptedException {
    assertThat(ended.tryAcquire(20, SECONDS)).isTrue();
    await().during(Duration.ofMillis(50)).until(() -> ended.availablePermits() == 0);
  }

  @Test
  void aBodyThatDoesntComeInTimeIsAnsweredAndItsPlaceIsFree() throws Exception {
    try (RawClient client = begin("Content-Length: 100\r\n")) {
      client.sendRaw("{\"version\":1,");
      RawResponse answer = client.receive("POST");
      assertThat(answer.status()).isEqualTo(408);
      assertThat(answer.header("connection")).isEqualTo("close");
      assertThat(answer.text()).contains("didn't come in time");
    }
    assertEndedOnce();
  }

  @Test
  void aBodyOfUnknownLengthIsReadToItsBoundOnly() throws Exception {
    try (RawClient client = begin("Transfer-Encoding: chunked\r\n")) {
      String chunk = "10000\r\n" + "x".repeat(0x10000) + "\r\n";
      for (int i = 0; i < 17; i++) {
        client.sendRaw(chunk);
      }
      assertThat(client.receive("POST").status()).isEqualTo(413);
    }
    assertEndedOnce();
  }

  @Test
  void aClientThatLeavesFreesItsPlace() throws Exception {
    try (RawClient client = begin("Content-Length: 100\r\n")) {
      client.sendRaw("{");
    }
    assertEndedOnce();
  }
}
