package org.instantmirror.store;

import java.sql.SQLException;
import org.jdbi.v3.core.Handle;

/** Changes the index, in transactions of its own. */
@FunctionalInterface
interface IndexChange<T> {

  /** Returns what the caller wants to know of it. May also throw Jdbi's unchecked exceptions. */
  T make(Handle handle) throws SQLException;
}
