package org.instantmirror.repo;

import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * The keys of the configuration, each declared here and nowhere else. Its name in a file is the
 * constant's in lower case. {@code conf/instantmirror.conf} documents all of them with the same
 * words and defaults.
 */
public enum ConfigKey {
  CACHEDIR(Scope.MAIN, "/var/cache/instantmirror", "The tree of cached files."),
  INDEXDIR(
      Scope.MAIN,
      "",
      "Where the index lies if not in cachedir/.instantmirror: on a local disk where the cache is on"
          + " NFS."),
  REPOSDIR(Scope.MAIN, "/etc/instantmirror/repos.d", "Folders whose *.repo files are read."),
  VARSDIR(
      Scope.MAIN,
      "/etc/dnf/vars /etc/instantmirror/vars",
      "Folders of yum variables: the file contentdir holds the value of $contentdir in its first"
          + " line. A later folder wins; one may be missing."),
  ADDRESS(
      Scope.MAIN,
      "",
      "The address to listen on; all addresses where it is empty. Standalone only."),
  PORT(
      Scope.MAIN,
      "8080",
      "The port to listen on, 0 to 65535; 0 takes a free one, 'none' leaves only tls_port. Standalone"
          + " only."),
  TLS_PORT(
      Scope.MAIN,
      "",
      "The port to listen on with TLS (HTTP/2 and 1.1), 0 to 65535; none where it is empty."
          + " Standalone only."),
  SSLSERVERCERT(
      Scope.MAIN,
      "",
      "A PEM file of the server's certificate, followed by those of the authorities in between. It"
          + " is read again when it changes."),
  SSLSERVERKEY(
      Scope.MAIN,
      "",
      "A PEM file of its key, if that is not in sslservercert; not readable for everybody."),
  USERS_FILE(
      Scope.MAIN,
      "",
      "The users that allow_users and allow_roles may name, in the form of Tomcat's tomcat-users.xml."
          + " Standalone only: a container has realms of its own."),
  BASE_URL(
      Scope.MAIN,
      "",
      "Where clients reach this server, http://host:port/path/, as .repo files, lists and metalinks"
          + " made here say it. Where it is empty: as the client's request says."),
  PROFILES(
      Scope.MAIN,
      "yes",
      "Whether the built-in repositories of distributions are there, or the ids of those that are."
          + " A section with the id of one takes its place. None causes traffic before a client"
          + " asks for it."),
  MIN_FREE(
      Scope.MAIN,
      "5% or 1G",
      "How much of the disk stays free: a share, a size, or the smaller of both. Below it nothing"
          + " new is stored."),
  CACHE_SIZE(
      Scope.MAIN,
      "unlimited",
      "How much the cache may hold: a size, a share of the disk (80%), or unlimited. What is worth"
          + " least goes before it is full, and before min_free is reached."),
  ABANDONED_LIMIT(
      Scope.MAIN,
      "64M",
      "A download that all clients have left goes on if half of it is there or at most this much is"
          + " missing; else it pauses."),
  MAX_DOWNLOADS(Scope.MAIN, "64", "Downloads at once, 1 to 10000."),
  MAX_DOWNLOADS_PER_MIRROR(
      Scope.MAIN,
      "3",
      "Downloads that no client waits for, at once from one upstream host, 1 to 1000."),
  DOWNLOAD_QUEUE(Scope.MAIN, "1000", "Downloads that may wait for a place, 0 to 1000000."),
  QUEUE_TIMEOUT(
      Scope.MAIN,
      "25s",
      "How long a download may wait for a place and a client for its status line, 0.1s to 10m. dnf"
          + " waits 30 s."),
  MAX_PASS_THROUGH(Scope.MAIN, "200", "Requests passed through at once, 1 to 100000."),
  SHUTDOWN_TIMEOUT(
      Scope.MAIN, "10s", "How long running transfers may go on when the server stops, 0 to 1h."),
  HEADS_IN_MEMORY(Scope.MAIN, "100000", "Files whose headers are kept in memory, 1 to 100000000."),
  ADMIN_CLIENTS(
      Scope.MAIN,
      "127.0.0.0/8 ::1",
      "Addresses and ranges (CIDR) whose clients may change something by /api/v1/, as purge does;"
          + " 'none' for nobody. Behind a proxy the container must be told to see through it."),
  SENDFILE_KEY(
      Scope.MAIN,
      "",
      "The secret by which a web server in front shows that it may be told a file's place in place"
          + " of its bytes (X-Sendfile, X-Accel-Redirect), 16 to 200 letters, digits and _.-; empty"
          + " for none."),
  USAGE(
      Scope.MAIN,
      "yes",
      "Whether it is learnt what clients use, from their reports and their requests; addresses are"
          + " not stored."),
  USAGE_CLIENTS(
      Scope.MAIN,
      "all",
      "Addresses and ranges whose clients may report what they use; 'all' for everybody, 'none' for"
          + " nobody."),
  METRICS_CLIENTS(
      Scope.MAIN,
      "127.0.0.0/8 ::1",
      "Addresses and ranges whose clients may read /metrics; 'none' for nobody."),

  ALLOW(
      Scope.BOTH,
      "all",
      "Addresses and ranges (CIDR) whose clients may read the repository; 'all' for everybody, 'none'"
          + " for nobody. Behind a proxy the container must be told to see through it."),
  ALLOW_USERS(
      Scope.BOTH,
      "",
      "Users of the container's realm (standalone: of users_file) who may read the repository, from"
          + " such an address; where neither they nor allow_roles are given nobody is asked for a"
          + " name."),
  ALLOW_ROLES(Scope.BOTH, "", "The same by their roles: who is in one of them may."),
  PROXY_PORT(
      Scope.MAIN,
      "",
      "The port of the forward proxy, that clients name in proxy= or http_proxy, 0 to 65535; 0 takes"
          + " a free one, empty is for none. Standalone only."),
  PROXY_CLIENTS(
      Scope.MAIN,
      "127.0.0.0/8 10.0.0.0/8 172.16.0.0/12 192.168.0.0/16 ::1 fc00::/7 fe80::/10",
      "Addresses and ranges (CIDR) whose clients may use it; 'none' for nobody."),
  PROXY_PEERS(
      Scope.MAIN,
      "none",
      "Addresses and ranges of proxies, a Squid's for instance, that have this mirror as their"
          + " parent: their requests are answered by their Host. Also as a WAR deployed as ROOT."),
  PROXY_CACHE(
      Scope.MAIN,
      "yes",
      "Whether packages and metadata of hosts that no repository names are stored, under"
          + " _proxy/<host>/ in the cache directory."),
  PROXY_PORTS(Scope.MAIN, "80 443", "Ports that the proxy connects to."),
  PROXY_HOSTS(
      Scope.MAIN,
      "",
      "Hosts (host or host:port) that the proxy connects to although their addresses are loopback,"
          + " private or link-local, or the port is another one. Base URLs and their mirrors need"
          + " not be named, for what is stored of them."),
  PROXY_CONNECTIONS(
      Scope.MAIN,
      "1000",
      "Connections of the proxy's clients at once, 1 to 100000; more are answered 503."),
  PROXY_CLIENT_CONNECTIONS(
      Scope.MAIN, "100", "The same of one client, by its address, 1 to 100000."),
  PROXY_TUNNELS(Scope.MAIN, "200", "CONNECT tunnels at once, 0 to 100000."),
  PROXY_IDLE(
      Scope.MAIN,
      "5m",
      "How long a connection of the proxy, tunnels included, may be silent, 1s to 1d."),

  PREFETCH_BUDGET(
      Scope.MAIN,
      "0",
      "How many bytes of packages are fetched ahead in a day, of all repositories together; 0 for no"
          + " limit. What warm fetches doesn't count."),
  PREFETCH_WINDOW(
      Scope.MAIN,
      "",
      "When packages are fetched ahead, such as 01:00-06:00 or several of these, in the server's local"
          + " time; at any time where it is empty."),

  MIRROR_METADATA_EXPIRE(
      Scope.BOTH,
      "60s",
      "How long a file that may change under its name is served without asking upstream; 0 asks"
          + " every time. (metadata_expire is the clients' and ignored.)"),
  PACKAGE_EXPIRE(
      Scope.BOTH,
      "1h",
      "The same for packages; 0 asks every time, never trusts the name for ever."),
  NEGATIVE_EXPIRE(
      Scope.BOTH, "5s", "How long upstream's 404 or 410 is repeated without asking again."),
  MIRROR_LIST_EXPIRE(
      Scope.BOTH,
      "1h",
      "How long a metalink or mirrorlist is used before it is fetched again, 1m to 30d. An older one"
          + " is used while its server can't be reached. (mirrorlist_expire is the clients' and"
          + " ignored.)"),
  VANISH_AFTER(
      Scope.BOTH,
      "48h",
      "How long a file under repodata/ must be gone upstream before the cached copy is dropped."),
  TRUST_REPODATA(
      Scope.BOTH,
      "yes",
      "Whether a file whose checksum repodata lists is served without asking upstream, and"
          + " replaced when the checksum changes; downloads are verified by it."),
  KEEP_GENERATIONS(
      Scope.BOTH,
      "3",
      "How many generations of a repository (its repomd.xml and all that this lists) stay servable"
          + " after upstream has dropped them, 1 to 1000; those of the last 48 h stay in any"
          + " case."),
  KEEP_VANISHED(
      Scope.BOTH,
      "0",
      "How long a package that upstream has dropped, and that no generation lists any more, is"
          + " served from the cache."),
  CACHE_SHARE(
      Scope.BOTH,
      "unlimited",
      "How much of the cache one repository may hold: a size, a share of cache_size (30%), or"
          + " unlimited."),
  KEEP_VERSIONS(
      Scope.BOTH,
      "3",
      "How many versions of a package, the newest first, aren't among the first to go although no"
          + " generation lists them any more, 0 to 1000."),
  UNLISTED_EXPIRE(
      Scope.BOTH,
      "never",
      "How long a file that is among the first to go stays without being asked for, although there"
          + " is room: 2d at least; never for as long as there is room."),
  PIN(Scope.BOTH, "", "Shell patterns of files that never go by themselves, as in cache_patterns."),
  METADATA_TIMER_SYNC(
      Scope.BOTH,
      "15m",
      "How often a repository that clients have used within 48 h (15 d with prefetch = popular or"
          + " all) is looked at upstream without being asked for; 0 for never."),
  PREFETCH(
      Scope.BOTH,
      "popular",
      "What is fetched before a client asks: off; metadata: a new generation's lists of repositories"
          + " in use; popular: its changed packages, too, as far as clients are known to want them;"
          + " all: whatever it lists."),
  PREFETCH_MIN_DEMAND(
      Scope.BOTH,
      "0.5",
      "How many clients must be expected to ask for a new version within a week, for it to be popular,"
          + " 0 to 1000000. One that nobody is known to want is never fetched ahead, but by"
          + " prefetch = all."),
  REPO_GPGCHECK(
      Scope.BOTH,
      "0",
      "Whether a new repomd.xml goes live only when its signature repomd.xml.asc is good and by a"
          + " key of gpgkey. Built-in repositories don't inherit it."),
  GPGKEY(
      Scope.BOTH,
      "",
      "Where these keys are: URLs (file, http or https), which may use the variables that baseurl"
          + " uses. Read where repo_gpgcheck is on; what it means for packages (gpgcheck) is the"
          + " clients'."),
  CONNECT_TIMEOUT(
      Scope.BOTH, "5s", "How long a connection to upstream may take, TLS included, 0.1s to 10m."),
  TIMEOUT(
      Scope.BOTH,
      "10s",
      "How long upstream may send nothing, or less than minrate, before a transfer counts as"
          + " broken, 0.1s to 1h."),
  MINRATE(Scope.BOTH, "1000", "Bytes a second below which a transfer has stalled; 0 for no limit."),
  RETRIES(
      Scope.BOTH,
      "4",
      "Rounds over a repository's upstreams before a download fails, 1 to 100. (yum's 0, for ever,"
          + " is not offered: such a download would keep its place.)"),
  MAX_PARALLEL_DOWNLOADS(Scope.BOTH, "8", "Downloads at once of one repository, 1 to 1000."),
  MAX_CONNECTIONS_PER_HOST(
      Scope.BOTH, "32", "Connections at once to one upstream host, 1 to 1000."),
  SEGMENT_MIN(
      Scope.BOTH,
      "64M",
      "A file of at least this size whose checksum repodata lists is fetched from several mirrors at"
          + " once, 1M to 1T (smaller ones gain nothing)."),
  SEGMENTS(
      Scope.BOTH,
      "4",
      "So many segments of such a file are fetched at once, 1 to 16, each from another mirror; 1 for"
          + " one mirror after the other."),
  SEGMENTS_PER_UPSTREAM(
      Scope.BOTH,
      "1",
      "So many of these may be fetched at once from one mirror, 1 to 16, where one connection doesn't"
          + " fill the line."),
  PROXY(
      Scope.BOTH,
      "",
      "An HTTP proxy towards upstream, http://host:port; empty or _none_ for none."),
  PROXY_USERNAME(Scope.BOTH, "", "The user at the proxy."),
  PROXY_PASSWORD(Scope.BOTH, "", "The password at the proxy."),
  SSLVERIFY(Scope.BOTH, "1", "Whether upstream's certificate and host name are verified."),
  SSLCACERT(
      Scope.BOTH, "", "A PEM file of the authorities to trust in place of the well-known ones."),
  SSLCLIENTCERT(Scope.BOTH, "", "A PEM file of our certificate for upstream."),
  SSLCLIENTKEY(Scope.BOTH, "", "A PEM file of its key, if that is not in sslclientcert."),
  USERNAME(
      Scope.BOTH,
      "",
      "The user at the base URLs and the list's own server; never sent to another host."),
  PASSWORD(Scope.BOTH, "", "The password of that user."),
  REDIRECT_HOSTS(
      Scope.BOTH,
      "",
      "Hosts (host or host:port) to which upstream may redirect although their addresses are"
          + " loopback, private or link-local, and mirrors of a list likewise. The hosts of all base URLs are always"
          + " allowed."),
  CACHE_PATTERNS(
      Scope.BOTH,
      "",
      "Shell patterns of files to store beside packages and metadata. Without a slash they are"
          + " matched with the file's name, else with the path below the base URL; ** crosses"
          + " folders."),
  PASS_PATTERNS(
      Scope.BOTH, "", "Shell patterns of files to pass through although they would be stored."),
  BANDWIDTH(
      Scope.BOTH,
      "0",
      "Bytes a second that may be fetched, 0 for any number: in [main] by the whole server, in a"
          + " section from the upstream host that its files come from, whichever repositories"
          + " these are of. With hours of the server's local time: '2M 08:00-18:00, 10M'."),
  THROTTLE(
      Scope.BOTH,
      "100%",
      "How much of bandwidth is used, or a rate in its place, with hours as there; 0 for any"
          + " number."),

  NAME(Scope.REPO, "", "What people call the repository; its id where it is empty."),
  BASEURL(
      Scope.REPO,
      "",
      "The upstreams, http or https, in order of preference. $releasever, $stream, $basearch and"
          + " $arch become leading segments of our URLs; all other variables come from varsdir."),
  ENABLED(Scope.REPO, "1", "Whether the section counts."),
  MIRRORLIST(
      Scope.REPO,
      "",
      "A list of further upstreams, http or https: they are asked after those of baseurl, best"
          + " first. It may use the variables that baseurl uses; where there is no baseurl, its own"
          + " become the leading segments."),
  METALINK(
      Scope.REPO,
      "",
      "The same, and it says what their repomd.xml must hash to: others aren't asked for metadata."
          + " It wins over mirrorlist. Mirrors that a list names may have loopback, private or"
          + " link-local addresses only where its own server has one, or redirect_hosts names them;"
          + " username, password and client certificate go to the list's own host and to baseurl's"
          + " only.");

  /** Where a key may stand. */
  public enum Scope {
    /** In {@code [main]} only. */
    MAIN,
    /** In a repository's section only. */
    REPO,
    /** In {@code [main]} for all repositories, or in a repository's section for that one. */
    BOTH
  }

  private static final Map<String, ConfigKey> BY_KEY =
      Arrays.stream(values()).collect(Collectors.toMap(ConfigKey::key, Function.identity()));

  private final Scope scope;
  private final String defaultText;
  private final String doc;

  ConfigKey(Scope scope, String defaultText, String doc) {
    this.scope = scope;
    this.defaultText = defaultText;
    this.doc = doc;
  }

  /** The key of that name. */
  static Optional<ConfigKey> of(String key) {
    return Optional.ofNullable(BY_KEY.get(key));
  }

  /** As it is written in a file. */
  public String key() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** Where it may stand. */
  public Scope scope() {
    return scope;
  }

  /** Whether it may stand in {@code [main]}, or else in a repository's section. */
  boolean allowedIn(boolean main) {
    return scope == Scope.BOTH || scope == (main ? Scope.MAIN : Scope.REPO);
  }

  /** The value that it has where nobody gives one, as it would be written; may be empty. */
  public String defaultText() {
    return defaultText;
  }

  /** What it does, and its range. */
  public String doc() {
    return doc;
  }
}
