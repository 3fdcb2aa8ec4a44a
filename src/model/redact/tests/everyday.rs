//! Commands, health checks, flags and labels as projects have them: they stay as they are.

use crate::model::Mask;

/// Holds shell lines and single values.
const LINES: &[&str] = &[
    // Health checks.
    "curl --fail --silent --max-time 2 http://127.0.0.1:8000/health || exit 1",
    "wget --no-verbose --tries=1 --spider http://localhost:9000/api/health || exit 1",
    "pg_isready -U $$POSTGRES_USER -d $${POSTGRES_DB}",
    "pg_isready -U postgres -h 127.0.0.1 -p 5432 -q",
    "mysqladmin ping -h localhost -u root -p$MYSQL_ROOT_PASSWORD",
    "mysqladmin ping -h localhost --password=$${MYSQL_ROOT_PASSWORD}",
    "mysqladmin ping -h 127.0.0.1 --password=\"$(cat /run/secrets/db_root_password)\"",
    "redis-cli --no-auth-warning -a $REDIS_PASSWORD ping | grep PONG",
    "redis-cli ping",
    "echo ruok | nc -w 2 localhost 2181",
    "test -f /tmp/ready && ! pgrep -x restart",
    "kafka-topics.sh --bootstrap-server kafka:9092 --list",
    "rabbitmq-diagnostics -q check_port_connectivity",
    "mongosh --quiet --eval \"db.adminCommand('ping').ok\" mongodb://localhost:27017/test",
    "curl -s 'http://localhost:9200/_cluster/health?wait_for_status=yellow&timeout=50s'",
    "curl -H 'Accept: application/json' -H 'X-Request-Id: health' http://localhost/",
    "python -c \"import urllib.request as r; r.urlopen('http://localhost:8000/healthz', timeout=2)\"",
    "node -e \"require('http').get('http://localhost:3000/', r => process.exit(r.statusCode < 400 ? 0 : 1))\"",
    // Servers and their flags.
    "gunicorn app.wsgi:application --bind 0.0.0.0:8000 --workers 4 --keyfile /certs/site.key --keep-alive 5",
    "uvicorn api.main:app --host 0.0.0.0 --port 8000 --log-level warning",
    "postgres -c shared_buffers=256MB -c max_connections=200 -c password_encryption=scram-sha-256",
    "mysqld --default-authentication-plugin=mysql_native_password --character-set-server=utf8mb4",
    "redis-server --appendonly yes --maxmemory 256mb --maxmemory-policy allkeys-lru --save 60 1",
    "minio server /data --console-address :9001",
    "vault server -config=/vault/config/vault.hcl",
    "etcd --name node1 --initial-cluster-token-ttl 300 --data-dir /etcd-data",
    "keycloak start --https-certificate-key-file=/certs/tls.key --proxy=edge",
    "app --password-file /run/secrets/db_password --token-ttl 3600 --auth-mode oidc --max-tokens 4096",
    "app --tls-key /etc/ssl/private/server.pem --auth basic --require-auth --no-password",
    "ssh -o StrictHostKeyChecking=no git@github.com:example/project.git",
    // The Java virtual machine.
    "java -Xmx512m -XX:+UseG1GC -XX:MaxRAMPercentage=75.0 -XX:G1MixedGCLiveThresholdPercent=85 -jar /app/service-1.2.3.jar",
    "-Djava.security.egd=file:/dev/./urandom -Dfile.encoding=UTF-8 -Djavax.net.ssl.trustStore=/certs/cacerts.jks",
    "-javaagent:/opt/agents/OpenTelemetryAgent2/opentelemetry-javaagent.jar",
    "-Dlog4j2.formatMsgNoLookups=true -Dcom.sun.management.jmxremote.authenticate=false",
    // Traefik, Prometheus, Watchtower and others' labels.
    "Host(`shop.example.com`) && PathPrefix(`/api/v1`)",
    "traefik.http.middlewares.auth.forwardauth.address=http://authelia:9091/api/verify?rd=https://login.example.com/",
    "traefik.http.routers.token-service.middlewares=auth@file,secure-headers@docker",
    "traefik.http.routers.key-server.tls.certresolver=letsencrypt",
    "traefik.http.services.web.loadbalancer.server.port=8080",
    "--certificatesresolvers.myresolver.acme.email=ops@example.com",
    "redirect-to-https@docker,compress@file",
    "mailto:ops@example.com",
    // Images, digests, paths, versions, times.
    "registry.example.com:5000/team/api:2026.11.3@sha256:4fd6b831cd3104fd6b831cd3104fd6b831cd3104fd6b831cd3104fd6b831cd31",
    "docker.elastic.co/elasticsearch/elasticsearch:8.15.0",
    "/usr/lib/jvm/java-17-openjdk-amd64/bin/java",
    "/var/lib/docker/volumes/9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08/_data",
    "sha384-oqVuAfXRKap7fdgcCY5uykM6+R9GqQ8KuxYTqYUNQp1FpGZz5Wq3VtDkWq3wZ5bL",
    "2026-11-26T08:30:00Z",
    "https://docs.example.com/Getting-Started/Quickstart2/ConfigurationReference",
    "s3://backups-eu-west-1/Shop2Production/daily",
    "curl -H \"Authorization: Bearer ${ANON_KEY}\" http://localhost:4000/health",
    "curl -s -u elastic:${ELASTIC_PASSWORD} https://es01:9200",
    "curl --user \"$USER:$PASSWORD\" http://localhost/",
    // Accounts and groups, and what commands say that take no password.
    "docker run -u 1000:1000 -p 80:80 nginx",
    "docker exec --user www-data:www-data web ls",
    "podman run -u node:node -p 8080:80 web",
    "docker compose exec -u root:root db sh",
    "echo ready | tee /tmp/ready",
    "echo stats | nc 127.0.0.1 11211",
    "printf 'GET / HTTP/1.0\\r\\n\\r\\n' | nc localhost 80",
    "psql -U shop <<< 'select 1'",
    "rabbitmqctl add_user ada $RABBITMQ_PASSWORD",
    "rabbitmqctl add_vhost shop && rabbitmqctl set_permissions -p shop ada '.*' '.*' '.*'",
    "mc alias set shop http://minio:9000 $MINIO_USER $MINIO_PASSWORD",
    "mc mb --ignore-existing shop/uploads",
    "/usr/bin/mc anonymous set download shop/uploads",
    "htpasswd -c /etc/nginx/users ada",
    "vault login -method=userpass username=ada",
    "docker login -u ada --password-stdin registry.example.com",
    "openssl req -x509 -newkey rsa:2048 -nodes -keyout /certs/site.key -out /certs/site.crt",
    "su postgres -c 'pg_isready'",
    "su-exec 1000:1000 app --listen :8080",
];

#[test]
fn an_everyday_line_stays_as_it_is() {
    let mask = Mask::default();
    let changed: Vec<String> = LINES
        .iter()
        .filter(|line| mask.text(line) != **line)
        .map(|line| format!("{line}\n  became {}", mask.text(line)))
        .collect();
    assert!(changed.is_empty(), "\n{}", changed.join("\n"));
}

#[test]
fn an_everyday_command_stays_as_it_is() {
    let commands: &[&[&str]] = &[
        &["CMD", "curl", "--fail", "--max-time", "2", "http://127.0.0.1:8000/health"],
        &["CMD-SHELL", "pg_isready -U postgres || exit 1"],
        &["CMD", "pg_isready", "--quiet", "--host=127.0.0.1", "--username=shop", "--dbname=shop"],
        &["CMD", "mysqladmin", "ping", "-h", "localhost", "-p$MYSQL_PASSWORD"],
        &["/bin/sh", "-c", "python -m api --port 8000 --log-level=info"],
        &["redis-server", "--appendonly", "yes", "--save", "60 1"],
        &["redis-cli", "-a", "$REDIS_PASSWORD", "ping"],
        &["app", "--password-file", "/run/secrets/db_password", "--token", "--verbose"],
        &["app", "--key", "/certs/site.key", "--auth", "oidc", "--pin=1234"],
        &["docker-entrypoint.sh", "postgres", "-c", "max_connections=200"],
        &[
            "traefik",
            "--providers.docker=true",
            "--api.insecure=true",
            "--entrypoints.web.address=:80",
        ],
        &["curl", "--user-agent", "probe", "http://localhost/"],
        &["ssh", "-p", "2222", "git@example.com"],
    ];
    for command in commands {
        let words: Vec<String> = command.iter().map(|word| (*word).to_owned()).collect();
        assert_eq!(Mask::default().command(&words), *command);
    }
}

#[test]
fn an_everyday_label_stays_as_it_is() {
    for (name, value) in [
        ("traefik.enable", "true"),
        ("traefik.http.middlewares.auth.forwardauth.address", "http://authelia:9091/api/verify"),
        ("traefik.http.middlewares.auth.forwardauth.trustForwardHeader", "true"),
        ("traefik.http.routers.secret-santa.rule", "Host(`santa.example.com`)"),
        ("traefik.http.routers.api.middlewares", "auth@docker,ratelimit@file"),
        ("org.opencontainers.image.revision", "4fd6b831cd3104fd6b831cd3104fd6b831cd3104"),
        ("com.example.owner", "shop team"),
        ("com.example.tls.key", "/certs/site.key"),
        ("com.example.token-ttl", "24h"),
        ("com.centurylinklabs.watchtower.enable", "false"),
        ("prometheus.io/path", "/metrics"),
        ("caddy.reverse_proxy", "{{upstreams 8080}}"),
    ] {
        assert_eq!(Mask::default().named(name, value), value, "{name}");
    }
}
