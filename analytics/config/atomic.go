package config

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
)

// writeWhole replaces a file by a temporary one beside it, which is on disk before: after a crash the old text or the
// new one is there. Owner and mode stay, and a symbolic link, whose target is replaced. A file that its owner has made
// read only is left alone, also by root.
//
// A file that Docker has mounted by itself cannot be replaced (EBUSY), nor one whose folder is read only or whose owner
// we may not give to another: that is written over in place, in an order that leaves the old text where the disk is
// full; only a power cut in these milliseconds can tear it.
func writeWhole(path string, text []byte) error {
	if target, err := filepath.EvalSymlinks(path); err == nil {
		path = target
	}
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return replace(path, text, nil)
	case err != nil:
		return err
	case !info.Mode().IsRegular():
		return errors.New("it is no file")
	case info.Mode().Perm()&0o200 == 0:
		return fs.ErrPermission
	}
	if err = replace(path, text, info); err == nil || isFull(err) {
		return err
	}
	return overwrite(path, text)
}

func isFull(err error) bool { return errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) }

// replace writes another file and renames it. info is the old file's; nil where there is none.
func replace(path string, text []byte, info os.FileInfo) (err error) {
	f, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+".*.tmp")
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			_ = os.Remove(f.Name())
		}
	}()
	mode := os.FileMode(0o644) // as upstream makes it
	if info != nil {
		mode = info.Mode().Perm()
	}
	_, err = f.Write(text)
	if err == nil && info != nil {
		if stat, ok := info.Sys().(*syscall.Stat_t); ok {
			err = f.Chown(int(stat.Uid), int(stat.Gid))
		}
	}
	if err == nil {
		err = f.Chmod(mode) // after the owner, whose change takes bits away (chown(2))
	}
	if err == nil {
		err = f.Sync()
	}
	if errClose := f.Close(); err == nil {
		err = errClose
	}
	if err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		return err
	}
	// the rename is on disk when the folder is; it has happened all the same where that cannot be had
	if folder, errOpen := os.Open(filepath.Dir(path)); errOpen == nil {
		_ = folder.Sync()
		_ = folder.Close()
	}
	return nil
}

// overwrite writes what is longer than the old text first: where the disk has no space for it, it is cut off again and
// the old text is as it was.
func overwrite(path string, text []byte) (err error) {
	old, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	f, err := os.OpenFile(path, os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	defer func() {
		if errClose := f.Close(); err == nil {
			err = errClose
		}
	}()
	both := min(len(text), len(old))
	if both < len(text) {
		_, err = f.WriteAt(text[both:], int64(both))
		if err == nil {
			err = f.Sync()
		}
	}
	if err == nil {
		_, err = f.WriteAt(text[:both], 0)
	}
	if err == nil {
		err = f.Truncate(int64(len(text)))
	}
	if err == nil {
		err = f.Sync()
	}
	if err != nil {
		_, _ = f.WriteAt(old, 0)
		_ = f.Truncate(int64(len(old)))
		_ = f.Sync()
	}
	return err
}
