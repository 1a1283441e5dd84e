//! A folder beside the output in which the new one is made; gone when it is no longer needed, whatever happened.

use super::{Files, Watch};
use crate::cli::report::BUFFER;
use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

/// What failed, and where.
pub type Failure = (PathBuf, io::Error);

/// The mark in the names of our temporary folders; a number of a process follows.
const MARK: &str = ".drc-";

/// How many files are brought to the disk side by side: it waits for all of them together.
const SIDE_BY_SIDE: usize = 8;

/// A temporary folder.
#[derive(Debug)]
pub struct Stage {
    /// Where it is.
    pub path: PathBuf,
    written: Vec<PathBuf>,
    /// Held as long as the process lives: what is locked is no leftover.
    _lock: Option<File>,
}

impl Stage {
    /// A new folder beside `folder`, on the same file system.
    pub fn beside(folder: &Path, watch: Watch<'_>) -> io::Result<Self> {
        let (parent, name) = parts(folder)?;
        Self::create(parent.join(format!(".{name}{MARK}{}", std::process::id())), watch)
    }

    /// A new folder inside `folder`, for where nothing can be written beside it.
    pub fn inside(folder: &Path, watch: Watch<'_>) -> io::Result<Self> {
        Self::create(folder.join(format!("{MARK}{}", std::process::id())), watch)
    }

    fn create(path: PathBuf, watch: Watch<'_>) -> io::Result<Self> {
        watch();
        match fs::create_dir(&path) {
            // Left by a run that was killed and had our number.
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                fs::remove_dir_all(&path)?;
                fs::create_dir(&path)?;
            }
            other => other?,
        }
        let lock = lock(&path);
        Ok(Self { path, written: Vec::new(), _lock: lock })
    }

    /// Writes one of the files.
    pub fn write(&mut self, path: &str, files: &impl Files, watch: Watch<'_>) -> io::Result<()> {
        let target = self.path.join(path);
        if let Some(above) = target.parent() {
            fs::create_dir_all(above)?;
        }
        watch();
        let file = File::create_new(&target)?;
        if files.executable(path) {
            executable(&file)?;
        }
        let mut sink = BufWriter::with_capacity(BUFFER, file);
        watch();
        let result = files.write(path, &mut sink).and_then(|()| sink.flush());
        // What could not be written is not tried again when the buffer is dropped.
        let _ = sink.into_parts();
        result?;
        self.written.push(target);
        Ok(())
    }

    /// Brings what was written to the disk, and the folders in which it is.
    pub fn sync(&self) -> io::Result<()> {
        let (mut all, mut next) = (self.written.clone(), vec![self.path.clone()]);
        while let Some(folder) = next.pop() {
            for entry in fs::read_dir(&folder)? {
                let entry = entry?;
                if entry.file_type()?.is_dir() {
                    next.push(entry.path());
                }
            }
            all.push(folder);
        }
        let share = all.len().div_ceil(SIDE_BY_SIDE).max(1);
        std::thread::scope(|scope| {
            let parts: Vec<_> = all.chunks(share).map(|part| scope.spawn(|| part.iter().try_for_each(|path| sync(path)))).collect();
            parts.into_iter().try_for_each(|part| part.join().unwrap_or_else(|_| Err(io::Error::other("interrupted"))))
        })
    }
}

impl Drop for Stage {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.path);
    }
}

/// Removes what runs that were killed have left beside the output and in it: no file of anybody else is only there.
pub fn sweep(folder: &Path) {
    if let Ok((parent, name)) = parts(folder) {
        sweep_in(&parent, &format!(".{name}{MARK}"));
    }
    sweep_in(folder, MARK);
}

fn sweep_in(folder: &Path, mark: &str) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let name = entry.file_name();
        if is_ours(&name.to_string_lossy(), mark) && entry.file_type().is_ok_and(|kind| kind.is_dir()) && lock(&entry.path()).is_some() {
            let _ = fs::remove_dir_all(entry.path());
        }
    }
}

/// Whether a name is that of a temporary folder of ours.
pub fn is_ours(name: &str, mark: &str) -> bool {
    name.strip_prefix(mark).is_some_and(|number| !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit()))
}

/// Whether a name in an output folder is that of a temporary folder of ours.
pub fn is_stage(name: &str) -> bool {
    is_ours(name, MARK)
}

/// The folder above, and the name in it.
pub fn parts(folder: &Path) -> io::Result<(PathBuf, String)> {
    let name = folder.file_name().ok_or_else(|| io::Error::from(io::ErrorKind::InvalidInput))?;
    let parent = folder.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    Ok((parent.to_path_buf(), name.to_string_lossy().into_owned()))
}

/// A lock on a folder, if nobody else holds it. It ends with the process.
#[cfg(unix)]
fn lock(folder: &Path) -> Option<File> {
    let file = File::open(folder).ok()?;
    file.try_lock().is_ok().then_some(file)
}

/// Folders cannot be locked here: what other processes have left stays.
#[cfg(not(unix))]
fn lock(_folder: &Path) -> Option<File> {
    None
}

/// Brings a file to the disk, or a folder's own entries.
#[cfg(unix)]
pub fn sync(path: &Path) -> io::Result<()> {
    match File::open(path)?.sync_all() {
        // Some file systems have nothing to bring there.
        Err(error) if error.kind() == io::ErrorKind::InvalidInput => Ok(()),
        other => other,
    }
}

#[cfg(not(unix))]
pub fn sync(path: &Path) -> io::Result<()> {
    // A folder cannot be opened here.
    if path.is_dir() { Ok(()) } else { File::options().write(true).open(path)?.sync_all() }
}

/// Whoever may read it may run it.
#[cfg(unix)]
fn executable(file: &File) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    let mode = file.metadata()?.permissions().mode();
    file.set_permissions(fs::Permissions::from_mode(mode | ((mode & 0o444) >> 2)))
}

#[cfg(not(unix))]
fn executable(_file: &File) -> io::Result<()> {
    Ok(())
}
