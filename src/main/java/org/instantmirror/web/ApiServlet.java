package org.instantmirror.web;

import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import tools.jackson.core.JacksonException;

/**
 * A call of the API; by itself one that doesn't exist. An {@link IllegalArgumentException} of a
 * subclass is the client's fault.
 */
class ApiServlet extends HttpServlet {

  static final String ROOT = "/api/v1/";

  private static final long serialVersionUID = 1L;
  private static final String PATH = ApiServlet.class.getName();

  /** Hands over the path behind {@link #ROOT}, decoded once and judged. */
  static void attach(ServletRequest request, String path) {
    request.setAttribute(PATH, path);
  }

  /** What of the path follows the call's own name and a slash; empty if nothing does. */
  static String rest(HttpServletRequest request) {
    String path = String.valueOf(request.getAttribute(PATH));
    int slash = path.indexOf('/');
    return slash < 0 ? "" : path.substring(slash + 1);
  }

  @Override
  protected void service(HttpServletRequest request, HttpServletResponse response)
      throws ServletException, IOException {
    try {
      switch (request.getMethod()) {
        case "GET", "HEAD" -> get(request, response);
        case "DELETE" -> delete(request, response);
        case "POST" -> post(request, response);
        default -> ApiAnswer.notAllowed(request, response);
      }
    } catch (IllegalArgumentException wrong) {
      ApiAnswer.error(request, response, 400, String.valueOf(wrong.getMessage()));
    } catch (JacksonException gone) {
      // All it meets here is a client that has left.
      throw new IOException(gone);
    }
  }

  void get(HttpServletRequest request, HttpServletResponse response) throws IOException {
    ApiAnswer.error(request, response, 404, "there is no such call; docs/api.md lists them");
  }

  void delete(HttpServletRequest request, HttpServletResponse response) throws IOException {
    ApiAnswer.notAllowed(request, response);
  }

  void post(HttpServletRequest request, HttpServletResponse response) throws IOException {
    ApiAnswer.notAllowed(request, response);
  }

  /** A parameter of the query; '+' is itself, as in package names, and no space. */
  static Optional<String> parameter(HttpServletRequest request, String name) {
    return parameters(request, name).stream().findFirst();
  }

  /** All of that name, in their order. */
  static List<String> parameters(HttpServletRequest request, String name) {
    String query = request.getQueryString();
    List<String> values = new ArrayList<>();
    for (String each : query == null ? new String[0] : query.split("&", -1)) {
      if (each.startsWith(name + "=")) {
        values.add(decode(each.substring(name.length() + 1)));
      }
    }
    return values;
  }

  private static String decode(String value) {
    // URLDecoder would take '+' for a space. The container gives each byte as a char.
    String plus = value.replace("+", "%2B");
    String text = new String(plus.getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8);
    return java.net.URLDecoder.decode(text, StandardCharsets.UTF_8);
  }

  /** A whole number within bounds. */
  static int number(HttpServletRequest request, String name, int otherwise, int most) {
    Optional<String> text = parameter(request, name);
    if (text.isEmpty()) {
      return otherwise;
    }
    boolean fits = text.get().matches("[0-9]{1,9}");
    int number = fits ? Integer.parseInt(text.get()) : 0;
    if (number < 1 || number > most) {
      throw new IllegalArgumentException(name + " must be a number from 1 to " + most);
    }
    return number;
  }
}
