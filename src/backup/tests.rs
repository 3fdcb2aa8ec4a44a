use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use super::*;

/// Writes a backup of two files, as `take` does once it has them.
fn sealed(folder: &Path) {
    files::make_folder(folder).unwrap();
    let mut manifest = Manifest::new("20260504T031140Z", "2026-05-04T03:11:40Z");
    for (path, bytes) in [("db.dump", "PGDMP and the rest"), ("model.json", "{}")] {
        files::write(&folder.join(path), bytes.as_bytes()).unwrap();
        manifest.list(folder, path).unwrap();
    }
    manifest.seal(folder).unwrap();
}

#[test]
fn a_backup_that_nobody_touched_is_whole() {
    let place = tempfile::tempdir().unwrap();
    let folder = place.path().join("one");
    sealed(&folder);
    let backup = verify(&folder).unwrap();
    let entry = &backup.manifest.files[1];
    assert_eq!((entry.path.as_str(), entry.size), ("model.json", 2));
    assert_eq!(entry.sha256, "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a");
}

#[test]
fn a_folder_without_its_manifest_is_no_backup() {
    let place = tempfile::tempdir().unwrap();
    let folder = place.path().join("one");
    sealed(&folder);
    std::fs::rename(folder.join("manifest.json"), folder.join("manifest.json.partial")).unwrap();
    assert!(matches!(verify(&folder), Err(BackupError::NoManifest(_))));
}

#[test]
fn a_dump_cut_short_and_a_flipped_bit_are_damage_that_names_the_file() {
    let place = tempfile::tempdir().unwrap();
    let folder = place.path().join("one");
    sealed(&folder);
    let dump = folder.join("db.dump");
    std::fs::write(&dump, "PGDMP and the rEst").unwrap();
    let flipped = verify(&folder).unwrap_err();
    assert!(matches!(flipped, BackupError::Damaged { what: "SHA-256", .. }), "{flipped}");
    std::fs::write(&dump, "PGDMP").unwrap();
    let cut = verify(&folder).unwrap_err();
    assert!(matches!(cut, BackupError::Damaged { what: "size", .. }), "{cut}");
    assert!(cut.to_string().contains(&dump.display().to_string()), "{cut}");
    std::fs::remove_file(&dump).unwrap();
    assert!(matches!(verify(&folder), Err(BackupError::File { .. })));
}

#[test]
fn a_manifest_of_another_form_is_refused_and_not_guessed_at() {
    let place = tempfile::tempdir().unwrap();
    let folder = place.path().join("one");
    sealed(&folder);
    let file = folder.join("manifest.json");
    let text = std::fs::read_to_string(&file).unwrap();
    std::fs::write(&file, text.replace(r#""schema": 1"#, r#""schema": 2"#)).unwrap();
    assert!(matches!(verify(&folder), Err(BackupError::Version { found: 2, .. })));
    std::fs::write(&file, &text[..text.len() / 2]).unwrap();
    assert!(matches!(verify(&folder), Err(BackupError::Manifest { .. })));
}

#[test]
fn only_the_owner_reads_a_backup() {
    let place = tempfile::tempdir().unwrap();
    let folder = place.path().join("one");
    sealed(&folder);
    let mode = |path: &Path| path.metadata().unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&folder), 0o700);
    assert_eq!(mode(&folder.join("model.json")), 0o600);
    assert_eq!(mode(&folder.join("manifest.json")), 0o600);
}
