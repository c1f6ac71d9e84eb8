package org.instantmirror.bench;

import org.apache.catalina.Context;
import org.apache.catalina.LifecycleException;
import org.apache.catalina.servlets.DefaultServlet;
import org.apache.catalina.startup.Tomcat;

/**
 * Tomcat's own DefaultServlet on a folder, and nothing else: what the container that InstantMirror
 * runs in costs by itself. All settings are Tomcat's defaults.
 */
public final class BareTomcat {
  private BareTomcat() {}

  /**
   * Serves the folder {@code args[0]} on a free loopback port and prints its address; {@code
   * args[1]} is a folder for Tomcat's own files.
   */
  public static void main(String[] args) throws LifecycleException {
    Tomcat tomcat = new Tomcat();
    tomcat.setBaseDir(args[1]);
    tomcat.setPort(0);
    tomcat.getConnector().setProperty("address", "127.0.0.1");
    Context context = tomcat.addContext("", args[0]);
    // In an initialiser, because Tomcat looks for annotations in servlets that are there earlier,
    // and needs a jar for that which the WAR does without.
    context.addServletContainerInitializer(
        (classes, application) ->
            application.addServlet("default", new DefaultServlet()).addMapping("/"),
        null);
    tomcat.start();
    System.out.println(
        "Tomcat ready at http://127.0.0.1:" + tomcat.getConnector().getLocalPort() + "/");
    tomcat.getServer().await();
  }
}
