# shellcheck shell=sh
# Sourced by the benchmarks: an nginx of their own on the loopback that answers 200 to everything.
# start_nginx sets `url`, and `folder`, which is gone at the end of the script, as nginx is.

stop_nginx() {
  if [ -n "$nginx" ]; then
    kill "$nginx" 2>/dev/null || true
    wait "$nginx" 2>/dev/null || true
  fi
  rm -rf "$folder"
}

start_nginx() {
  nginx=
  folder=$(mktemp -d)
  port=${PORT:-18099}
  url=http://127.0.0.1:$port/roomle
  trap stop_nginx EXIT
  trap 'exit 130' INT TERM
  cat >"$folder/nginx.conf" <<CONF
daemon off;
worker_processes 1;
pid $folder/pid;
error_log stderr error;
events { worker_connections 1024; }
http {
  access_log off;
  keepalive_requests 1000000000;
  client_body_temp_path $folder/body;
  proxy_temp_path $folder/proxy;
  fastcgi_temp_path $folder/fastcgi;
  uwsgi_temp_path $folder/uwsgi;
  scgi_temp_path $folder/scgi;
  server {
    listen 127.0.0.1:$port;
    location / { return 200 "ok\n"; }
  }
}
CONF
  PATH=$PATH:/usr/sbin
  nginx -e stderr -p "$folder" -c "$folder/nginx.conf" &
  nginx=$!
  tries=0
  until wrk -d 1s -c 1 -t 1 "$url" 2>/dev/null | grep -q Requests/sec; do
    kill -0 "$nginx" 2>/dev/null || { echo "nginx did not start" >&2; exit 3; }
    tries=$((tries + 1))
    [ "$tries" -lt 20 ] || { echo "nginx does not answer" >&2; exit 3; }
  done
}
