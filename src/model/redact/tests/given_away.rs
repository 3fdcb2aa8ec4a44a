//! Secrets as projects have them: they go, and nothing beside them does.

use crate::model::Mask;

#[test]
fn a_line_loses_exactly_its_secret() {
    let lines = [
        "curl -H 'Authorization: Bearer s3cr3t' http://x/",
        "curl -H \"Authorization: Basic YWRhOnMzY3IzdA==\" http://x/",
        "curl -H \"X-Api-Key: s3cr3t s3cr3t\" http://x/ || exit 1",
        "curl -H 'Cookie: a=s3cr3t; b=s3cr3t' -H 'Accept: */*' http://x/",
        "curl -u ada:s3cr3t http://x/ && echo ok",
        "curl --user 'ada:s3cr3t' http://x/",
        "curl -d '{\"user\": \"ada\", \"password\": \"s3 cr3t\", \"deep\": 1}' http://x/",
        "curl -d \"{\\\"password\\\": \\\"s3cr3t\\\"}\" http://x/",
        "wget -q 'http://x/health?api_key=s3cr3t&deep=1'",
        "wget -q \"http://x/health?token=s3cr3t\" -O -",
        "PGPASSWORD=s3cr3t psql -U shop -c 'select 1' || exit 1",
        "PGPASSWORD='s3cr3t s3cr3t' psql",
        "export DB_PASSWORD=\"s3cr3t\"; exec app",
        "mysqladmin ping -h localhost -u root -ps3cr3t",
        "mysql -u root -p's3cr3t' -e 'select 1'",
        "redis-cli -h db -a s3cr3t ping | grep PONG",
        "mongosh -u root -p s3cr3t --eval \"db.adminCommand('ping')\"",
        "/opt/mssql-tools/bin/sqlcmd -S localhost -U sa -P s3cr3t -Q 'select 1'",
        "app --token s3cr3t && echo ok",
        "app --db-password=s3cr3t --port 1",
        "app --secret \"s3cr3t s3cr3t\" --port 1",
        "app --url=postgres://shop:s3cr3t@db/shop?sslmode=disable",
        "git clone https://s3cr3t@example.org/x",
        "DATABASE_URL=mysql://root:@db/x and redis://:s3cr3t@cache:6379/0",
        "shop:s3cr3t@tcp(db:3306)/shop?parseTime=true",
        "Server=db;User Id=sa;Password=s3cr3t;Encrypt=true",
        "o=addr=1.2.3.4,username=u,password=s3cr3t,rw",
        "host=db user=shop password=s3cr3t dbname=shop",
        "psql -c \"ALTER USER shop WITH PASSWORD 's3cr3t'\"",
        "[\"app\", \"--token\", \"s3cr3t\", \"--port\", \"1\"]",
        "admin:$apr1$H6uskkkW$IgXLP6ewTrSuBkTrqE8wj/",
        "app eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln next",
        "app ghp_16C7e42F292c6912E7710c838347Ae178B4a next",
        "https://hooks.slack.com/services/T00/B00/XQ2bKl8TzWq0pLm3RvYt6NsA",
        "see 9f86d081884c7d659a2feaa0c55ad015 there",
        "see 7cb3f1f0-3c5e-4a55-9d0c-6a1f0e9b7d21 there",
        "see wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY there",
        "udp://ada:s3cr3t@logs.example.com:12201",
        "requirepass: s3cr3t",
        "//ada:s3cr3t@nas/share",
        "htpasswd -bc /etc/nginx/users ada s3cr3t",
        "htpasswd -Bnb ada s3cr3t >> /etc/users",
        "htpasswd -c -b users ada 's3cr3t' && nginx",
        "echo s3cr3t | docker login --username ada --password-stdin registry.example.com",
        "printf '%s' \"s3cr3t\" | helm registry login -u ada --password-stdin r.example.com",
        "docker login -u ada -p s3cr3t registry.example.com",
        "echo 'ada:s3cr3t' | chpasswd && exec app",
        "echo s3cr3t | sudo -S mount /data",
        "echo s3cr3t | kinit ada@EXAMPLE.COM",
        "kinit ada <<< s3cr3t && app",
        "kinit ada@EXAMPLE.COM <<<'s3cr3t'",
        "echo s3cr3t | docker secret create db_password -",
        "bash -c \"echo s3cr3t | kinit ada\"",
        "lftp -u ada,s3cr3t sftp://files.example.com",
        "openssl enc -aes-256-cbc -k s3cr3t -in a -out b",
        "openssl rsa -in a.pem -passin pass:s3cr3t -passout 'pass:s3cr3t'",
        "anything -u ada:s3cr3t http://x/",
        "anything --user=ada:s3cr3t http://x/",
        "wget -q --password=s3cr3t --user=ada http://x/",
        "ldapsearch -x -H ldap://db -D cn=admin -w s3cr3t -b dc=example",
        "ldapwhoami -x -w 's3cr3t' || exit 1",
        "mongosh admin -p s3cr3t --quiet",
        "mongodump -u root -ps3cr3t -d shop",
        "sshpass -p s3cr3t ssh ada@files",
        "sshpass -ps3cr3t ssh ada@files",
        "rabbitmqctl add_user ada s3cr3t && rabbitmqctl set_user_tags ada administrator",
        "rabbitmqctl -n rabbit@mq change_password ada s3cr3t",
        "mc alias set shop http://minio:9000 AK s3cr3t --api S3v4",
        "/usr/bin/mc config host add shop http://minio:9000 s3cr3t s3cr3t; mc mb shop/x",
        "redis-cli config set requirepass s3cr3t",
        "redis-server --requirepass s3cr3t --port 6380",
        "jdbc:mysql://db:3306/shop?user=ada&password=s3cr3t&useSSL=false",
        "jdbc:sqlserver://db;databaseName=shop;user=sa;password=s3cr3t;encrypt=true",
        "app -H 'Authorization: Bearer s3cr3t'",
        "DefaultEndpointsProtocol=https;AccountName=shop;AccountKey=czNjcjN0==;EndpointSuffix=x",
        "sh -c 'AWS_SECRET_ACCESS_KEY=s3cr3t aws s3 ls'",
        "export AWS_ACCESS_KEY_ID=AK AWS_SECRET_ACCESS_KEY=s3cr3t; aws s3 ls",
        "vault login s3cr3t && vault kv get secret/shop",
    ];
    let mask = Mask::default();
    insta::assert_snapshot!(lines.map(|line| mask.text(line)).join("\n"));
}

#[test]
fn a_command_loses_exactly_its_secret() {
    let commands: &[&[&str]] = &[
        &["app", "--token", "s3cr3t", "--port", "1"],
        &["app", "--db-password=s3cr3t"],
        &["app", "--auth-token=s3cr3t s3cr3t,s3cr3t&x"],
        &["app", "-password", "s3cr3t"],
        &["redis-cli", "-a", "s3cr3t", "ping"],
        &["redis-server", "--requirepass", "s3cr3t"],
        &["CMD", "mysqladmin", "-ps3cr3t", "ping"],
        &["/usr/bin/curl", "-u", "ada:s3cr3t", "http://x/"],
        &["curl", "--user=ada:s3cr3t", "http://x/"],
        &["curl", "-H", "Authorization: Bearer s3cr3t", "http://x/"],
        &["CMD-SHELL", "curl -H 'Authorization: Bearer s3cr3t' http://x/"],
        &["sh", "-c", "run --env=DB_PASSWORD='s3cr3t s3cr3t' --port 1"],
        &["env", "API_KEY=s3 cr3t", "app"],
        &["git", "clone", "https://s3cr3t@example.org/x"],
        &["rabbitmqctl", "add_user", "ada", "s3 cr3t"],
        &["mc", "alias", "set", "shop", "http://minio:9000", "s3cr3t", "s3cr3t"],
        &["htpasswd", "-bc", "users", "ada", "s3cr3t"],
        &["docker", "login", "-u", "ada", "-p", "s3cr3t", "registry.example.com"],
        &["anything", "-u", "ada:s3cr3t", "http://x/"],
        &["anything", "--user", "ada:s3cr3t"],
        &["openssl", "enc", "-k", "s3cr3t", "-passin", "pass:s3cr3t"],
        &["ldapsearch", "-x", "-w", "s3cr3t"],
        &["sh", "-c", "echo s3cr3t | docker login --password-stdin"],
    ];
    let mask = Mask::default();
    let masked = commands.iter().map(|command| {
        let words: Vec<String> = command.iter().map(|word| (*word).to_owned()).collect();
        mask.command(&words).join("␣")
    });
    insta::assert_snapshot!(masked.collect::<Vec<_>>().join("\n"));
}

#[test]
fn a_label_with_a_secret_name_keeps_nothing_of_its_value() {
    let mask = Mask::default();
    for name in [
        "com.example.api-token",
        "com.example.clientSecret",
        "traefik.http.middlewares.auth.basicauth.users",
        "com.example.password.value",
        "splunk-token",
        "DB_PASSWORD",
    ] {
        assert_eq!(mask.named(name, "a b c"), "***", "{name}");
    }
}

#[test]
fn what_one_place_gives_away_is_worth_looking_for_in_others() {
    let secrets = Mask::secrets_of_named("DATABASE_URL", "postgres://shop:hun%40ter2@db/shop");
    assert_eq!(secrets, ["hun@ter2"]);
    assert_eq!(Mask::secrets_of_named("DB_PASSWORD", "correct-horse"), ["correct-horse"]);
    let nothing: [&str; 0] = [];
    assert_eq!(Mask::secrets_of_named("POSTGRES_PASSWORD", "postgres"), nothing);
    assert_eq!(Mask::secrets_of_named("AUTH_ENABLED", "true"), nothing);
    let command = ["app", "--token", "s3cr3t"].map(str::to_owned);
    assert_eq!(Mask::secrets_of_command(&command), ["s3cr3t"]);
}
