# A PostgreSQL to throw away, for tests/run to source: start_postgres sets NIGHTBELL_TEST_POSTGRES, stop_postgres takes
# the server and its files away. It listens on a socket in its own folder and nowhere else, as a user who is not root
# (initdb insists), and keeps nothing safe: what is tested is how we use it.

# The folder of initdb and pg_ctl, by PATH or where Debian keeps them; the newest wins.
find_postgres() {
    local pg_ctl
    pg_ctl=$(ls -d /usr/lib/postgresql/*/bin/pg_ctl 2>/dev/null | sort -V | tail -n 1)
    [ -n "$pg_ctl" ] || pg_ctl=$(command -v pg_ctl) || return 1
    pg_ctl=$(readlink -f "$pg_ctl")
    [ -x "$(dirname "$pg_ctl")/initdb" ] && dirname "$pg_ctl"
}

start_postgres() {
    PG_BIN=$(find_postgres) || {
        echo "tests/run: initdb and pg_ctl are missing: install PostgreSQL 14 or newer (Debian: postgresql)" >&2
        return 1
    }

    # A socket's path may be no longer than 107 bytes: /tmp, whatever TMPDIR says.
    PG_HOME=$(mktemp -d /tmp/nightbell-pg.XXXXXX)
    PG_AS=()
    if [ "$(id -u)" = 0 ]; then
        # Debian's package brings the user postgres; elsewhere nobody will do.
        local user
        user=$(id -un postgres 2>/dev/null || echo nobody)
        chown "$user" "$PG_HOME"
        PG_AS=(setpriv --reuid "$user" --regid "$(id -g "$user")" --clear-groups)
    fi
    in_pg_home "$PG_BIN/initdb" -D "$PG_HOME/data" -U nightbell -A trust -E UTF8 --locale=C --no-sync \
        >"$PG_HOME/initdb.log" || { cat "$PG_HOME/initdb.log" >&2; stop_postgres; return 1; }
    in_pg_home "$PG_BIN/pg_ctl" -D "$PG_HOME/data" -l "$PG_HOME/data/server.log" -s -w -t 60 start -o \
        "-c listen_addresses='' -k $PG_HOME -c fsync=off -c full_page_writes=off -c synchronous_commit=off \
         -c deadlock_timeout=50ms -c max_connections=400 -c shared_buffers=64MB" || { cat "$PG_HOME/data/server.log" >&2; stop_postgres; return 1; }
    export NIGHTBELL_TEST_POSTGRES="postgres://nightbell@localhost/postgres?host=$PG_HOME"
}

stop_postgres() {
    [ -n "${PG_HOME:-}" ] || return 0
    [ ! -e "$PG_HOME/data/postmaster.pid" ] || in_pg_home "$PG_BIN/pg_ctl" -D "$PG_HOME/data" -s -m immediate stop || true
    rm -rf "$PG_HOME"
    unset PG_HOME NIGHTBELL_TEST_POSTGRES
}

# In a folder that the server's user may enter: it cannot always read the one we are in.
in_pg_home() { (cd "$PG_HOME" && ${PG_AS[@]+"${PG_AS[@]}"} "$@"); }
