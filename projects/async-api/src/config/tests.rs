use super::*;
use common::Scratch;
use std::fs;

const STRONG: &str = "aak_fN3x7Qp2LkWz0Vb9TyR4mSd8HgJ1cXaE";

fn pairs(given: &[(&str, &str)]) -> Vec<(String, String)> {
    given.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

fn environment(given: &[(&str, &str)]) -> Sources {
    Sources { environment: pairs(given), ..Sources::default() }
}

fn arguments(given: &[(&str, &str, &str)]) -> Vec<(String, String, String)> {
    given.iter().map(|(option, name, value)| ((*option).into(), (*name).into(), (*value).into())).collect()
}

fn wrong(sources: &Sources) -> String {
    load(sources).map(|loaded| loaded.to_toml()).unwrap_err().to_string()
}

fn in_file(text: &str) -> (Scratch, Sources) {
    let scratch = Scratch::new().unwrap();
    let file = scratch.path().join("settings.toml");
    fs::write(&file, text).unwrap();
    (scratch, Sources { file: Some(file), ..Sources::default() })
}

#[test]
fn where_nothing_is_said_the_defaults_hold() {
    let loaded = load(&Sources::default()).unwrap();
    assert_eq!(format!("{:?}", loaded.settings), format!("{:?}", Settings::default()));
    assert_eq!(loaded.log, LogSettings::default());
}

#[test]
fn the_environment_is_over_the_file_and_arguments_are_over_both() {
    let (_scratch, mut sources) = in_file("[jobs]\nworkers = 3\nattempts = 5\n[requests]\ndrain = \"1s\"\n");
    sources.environment = pairs(&[("ASYNC_API_JOBS_ATTEMPTS", "6"), ("ASYNC_API_REQUESTS_DRAIN", "2s")]);
    sources.arguments = arguments(&[("--set requests.drain", "requests.drain", "3s")]);
    let loaded = load(&sources).unwrap();
    assert_eq!((loaded.settings.jobs.workers, loaded.settings.jobs.attempts), (3, 6));
    assert_eq!(loaded.settings.requests.drain, Duration::from_secs(3));
    let text = loaded.to_toml();
    for line in
        ["attempts = 6  # ASYNC_API_JOBS_ATTEMPTS", "drain = \"3s\"  # --set requests.drain", "queue = 16  # default"]
    {
        assert!(text.contains(line), "{text}");
    }
}

#[test]
fn our_own_name_is_over_everybodys() {
    for order in [[0, 1], [1, 0]] {
        let given = [("DATABASE_URL", "theirs.db"), ("ASYNC_API_DATABASE", "ours.db")];
        let loaded = load(&environment(&order.map(|place| given[place]))).unwrap();
        assert_eq!(loaded.settings.database, Database::File("ours.db".into()));
    }
    let loaded = load(&environment(&[("DATABASE_URL", "theirs.db"), ("ASYNC_API_DATABASE", "")])).unwrap();
    assert_eq!(loaded.settings.database, Database::File("theirs.db".into()), "what is empty is not set");
}

#[test]
fn all_mistakes_are_named_at_once_with_where_they_are() {
    let (scratch, mut sources) = in_file("lsten = \"x\"\ndrain = \"1s\"\n[requests]\nhead = 10\nbody = 1.5\n[job]\n");
    sources.environment = pairs(&[
        ("ASYNC_API_LISTEN", "localhost"),
        ("ASYNC_API_JOBS_LEASES", "1s"),
        ("ASYNC_API_AUDITS_ALLOW", "10.0.0.0/8,10.0.0.0/99"),
        ("ASYNC_API_LOG", "info,,=["),
    ]);
    sources.arguments = arguments(&[("--workers", "jobs.workers", "many"), ("--set no", "no", "x")]);
    let wrong = wrong(&sources);
    let file = scratch.path().join("settings.toml").display().to_string();
    for part in [
        "11 settings are wrong:".to_owned(),
        format!("{file}: lsten: there is no such setting; did you mean listen?"),
        format!("{file}: drain: there is no such setting; did you mean requests.drain?"),
        format!("{file}: requests.head: \"10\" is no length of time: use one such as \"30s\""),
        format!("{file}: requests.body: must be a text, a number"),
        format!("{file}: job: there is no such setting; did you mean jobs?"),
        "ASYNC_API_LISTEN: \"localhost\" is no address: use one such as 127.0.0.1:8080".to_owned(),
        "ASYNC_API_JOBS_LEASES: there is no such setting; did you mean ASYNC_API_JOBS_LEASE?".to_owned(),
        "ASYNC_API_AUDITS_ALLOW: \"10.0.0.0/99\": ".to_owned(),
        "--workers: \"many\" is no number that fits here".to_owned(),
        "--set no: there is no such setting".to_owned(),
    ] {
        assert!(wrong.contains(&part), "{part}\nis not in\n{wrong}");
    }
}

#[test]
fn a_file_that_is_none_is_told_the_line_and_shows_nothing_of_it() {
    let (_scratch, sources) = in_file(&format!("listen = \"127.0.0.1:1\"\nkey = \"{STRONG}\nkeys = true\n"));
    let text = wrong(&sources);
    assert!(text.contains("settings.toml:2: ") && !text.contains(STRONG), "{text}");
    let missing = Sources { file: Some("no/such/file.toml".into()), ..Sources::default() };
    assert!(wrong(&missing).contains("file.toml: cannot be read: "));
}

#[test]
fn a_neighbour_in_the_environment_is_left_alone() {
    let neighbours = [("ASYNC_API_PORT", "tcp://10.0.0.1:80"), ("ASYNC_API_SERVICE_HOST", "10.0.0.1"), ("HOME", "/")];
    load(&environment(&neighbours)).unwrap();
}

#[test]
fn others_can_connect_only_where_keys_are_asked_for() {
    for (listen, keys) in [
        ("127.0.0.1:1", false),
        ("[::1]:1", false),
        ("[::ffff:127.0.0.1]:1", false),
        ("0.0.0.0:1", true),
        ("[::]:1", true),
    ] {
        let given = [("ASYNC_API_LISTEN", listen)];
        assert_eq!(load(&environment(&given)).unwrap().settings.keys, keys, "{listen}");
        let given = [("ASYNC_API_LISTEN", listen), ("ASYNC_API_KEYS", "false")];
        let loaded = load(&environment(&given));
        assert_eq!(loaded.is_err(), keys, "{listen}");
        if let Err(wrong) = loaded {
            assert!(wrong.to_string().contains("ASYNC_API_KEYS: false is for this machine alone"), "{wrong}");
        }
    }
    let loaded = load(&environment(&[("ASYNC_API_KEY", STRONG)])).unwrap();
    assert!(loaded.settings.keys, "who sets a key wants it to be asked for");
    assert_eq!(loaded.settings.key, Some(crate::keys::hash(STRONG)));
}

#[test]
fn what_is_secret_is_never_said() {
    let weak = "aak_Password-Password-Password-Password-1";
    let text = wrong(&environment(&[("ASYNC_API_KEY", weak)]));
    assert!(text.contains("ASYNC_API_KEY: is too weak") && !text.contains(weak), "{text}");

    let sources = Sources {
        arguments: arguments(&[
            ("--set key", "key", STRONG),
            ("--database", "database", "postgres://anna:hunter2@db/audits"),
        ]),
        ..Sources::default()
    };
    let text = wrong(&sources);
    assert!(
        text.contains("--set key: ") && text.contains("--database: ") && text.contains("ASYNC_API_DATABASE"),
        "{text}"
    );
    assert!(!text.contains(STRONG) && !text.contains("hunter2"), "{text}");

    let loaded = load(&environment(&[("ASYNC_API_KEY", STRONG)])).unwrap();
    assert!(loaded.to_toml().contains("# key: set, ASYNC_API_KEY\n"));
    assert!(!format!("{loaded:?}{}", loaded.to_toml()).contains(STRONG));
}

#[cfg(feature = "postgres")]
#[test]
fn a_server_has_its_schema_and_connections_whatever_the_order() {
    let (_scratch, mut sources) = in_file("[postgres]\nschema = \"audits_2\"\nconnections = 4\n");
    sources.environment = pairs(&[("DATABASE_URL", "postgres://anna:hunter2@db/audits")]);
    let loaded = load(&sources).unwrap();
    let expected = Database::Postgres {
        url: "postgres://anna:hunter2@db/audits".to_owned(),
        schema: "audits_2".to_owned(),
        connections: 4,
    };
    assert_eq!(loaded.settings.database, expected);
    assert!(!format!("{loaded:?}{}", loaded.to_toml()).contains("hunter2"));
    let text = wrong(&environment(&[("ASYNC_API_POSTGRES_SCHEMA", "a\"; drop")]));
    assert!(text.contains("ASYNC_API_POSTGRES_SCHEMA: "), "{text}");
}

#[test]
fn what_is_said_can_be_read_again() {
    let given = [
        ("ASYNC_API_AUDITS_ALLOW", "10.0.0.0/8, fd00::/8"),
        ("ASYNC_API_RETENTION", "90d"),
        ("ASYNC_API_DATA", r"C:\data"),
        ("ASYNC_API_REQUESTS_BODY", "1MB"),
        ("ASYNC_API_LOG_FORMAT", "json"),
    ];
    let loaded = load(&environment(&given)).unwrap();
    let (_scratch, sources) = in_file(&loaded.to_toml());
    let again = load(&sources).unwrap();
    assert_eq!(format!("{:?}{:?}", again.settings, again.log), format!("{:?}{:?}", loaded.settings, loaded.log));
    assert_eq!(loaded.settings.audits.allow.len(), 2);
}

#[test]
fn the_example_is_what_the_program_knows() {
    let kept = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/deploy/async-api.example.toml")).unwrap();
    assert!(kept.ends_with(&example()), "async-api.example.toml should end with:\n{}", example());
    let settings: Vec<&str> = kept.lines().filter_map(|line| line.strip_prefix("# ")).collect();
    let assigned = |line: &&str| line.contains(" = ") && !line.starts_with("key =");
    let lines = kept.lines().map(|line| match line.strip_prefix("# ") {
        Some(setting) if assigned(&setting) => setting,
        _ if line.starts_with('[') => line,
        _ => "",
    });
    let (_scratch, sources) = in_file(&lines.collect::<Vec<_>>().join("\n"));
    assert_eq!(format!("{:?}", load(&sources).unwrap().settings), format!("{:?}", Settings::default()));
    assert!(settings.len() > 50);
}
