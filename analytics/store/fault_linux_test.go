package store

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"
)

// disk is a real file system of one megabyte.
func disk(t *testing.T) string {
	t.Helper()
	folder := t.TempDir()
	if err := syscall.Mount("tmpfs", folder, "tmpfs", 0, "size=1m"); err != nil {
		t.Skipf("needs to mount a disk of 1 MB, as root: %v", err)
	}
	t.Cleanup(func() { require.NoError(t, syscall.Unmount(folder, 0)) })
	return folder
}

// ballast takes what space is left but some bytes.
func ballast(t *testing.T, folder string, left int) string {
	t.Helper()
	path := filepath.Join(folder, "ballast")
	f, err := os.Create(path)
	require.NoError(t, err)
	size := 0
	for block := make([]byte, pageSize); ; size += len(block) {
		if _, err = f.Write(block); err != nil {
			break
		}
	}
	require.True(t, errors.Is(err, syscall.ENOSPC), err)
	require.NoError(t, f.Truncate(int64(size-left)))
	require.NoError(t, f.Close())
	return path
}

// The disk fills up under a running server, and is emptied again: what was acknowledged is there, and commits go on.
func TestDiskFull(t *testing.T) {
	folder := disk(t)
	path := filepath.Join(folder, "seats.db")
	db := openAt(t, path)
	weight := ballast(t, folder, 200_000)
	acknowledged := fill(t, db)
	require.NotEmpty(t, acknowledged)
	holds(t, db, acknowledged)

	require.NoError(t, os.Remove(weight))
	goesOn(t, db, acknowledged)
	require.NoError(t, db.Close())
	holds(t, openAt(t, path), acknowledged)
}

func TestOpenOnFullDisk(t *testing.T) {
	folder := disk(t)
	weight := ballast(t, folder, 0)
	path := filepath.Join(folder, "seats.db")
	for left := range int64(10) { // the space ends at a different step of Open each time
		_, err := Open(path)
		require.ErrorIs(t, err, ErrFull, "%d pages left", left)
		require.ErrorContains(t, err, path)
		info, err := os.Stat(weight)
		require.NoError(t, err)
		require.NoError(t, os.Truncate(weight, info.Size()-pageSize))
	}
	require.NoError(t, os.Remove(weight))
	openAt(t, path)
}

func TestReadOnlyDisk(t *testing.T) {
	folder := disk(t)
	path := filepath.Join(folder, "seats.db")
	remount := func(flags uintptr) {
		require.NoError(t, syscall.Mount("", folder, "", syscall.MS_REMOUNT|flags, "size=1m"))
	}
	refused := func() {
		remount(syscall.MS_RDONLY)
		_, err := Open(path)
		require.ErrorIs(t, err, ErrNoAccess)
		require.ErrorContains(t, err, "database "+path+": it cannot be written, or not its folder "+folder)
		remount(0)
	}
	refused() // a new file
	require.NoError(t, openAt(t, path).Close())
	refused() // a file that was there
	openAt(t, path)
}

// asNobody runs the test again as a user to whom permissions apply: root may write anywhere.
func asNobody(t *testing.T) {
	t.Helper()
	folder := t.TempDir()
	require.NoError(t, os.Chmod(filepath.Dir(folder), 0o755)) // the test's own folder, which only root may enter
	const nobody = 65534
	require.NoError(t, os.Chown(folder, nobody, nobody))
	cmd := exec.CommandContext(t.Context(), "/proc/self/exe", "-test.v", "-test.run=^"+t.Name()+"$")
	cmd.Dir, cmd.Env = folder, append(os.Environ(), "TMPDIR="+folder)
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: nobody, Gid: nobody}}
	out, err := cmd.CombinedOutput()
	require.NoError(t, err, "%s", out)
	require.Contains(t, string(out), "--- PASS: "+t.Name())
}

func TestReadOnlyFolder(t *testing.T) {
	if os.Geteuid() == 0 {
		asNobody(t)
		return
	}
	path := filled(t, 1)
	folder := filepath.Dir(path)
	require.NoError(t, os.Chmod(folder, 0o500))
	defer func() { require.NoError(t, os.Chmod(folder, 0o700)) }()
	for _, p := range []string{path, path + ".new"} {
		_, err := Open(p)
		require.ErrorIs(t, err, ErrNoAccess)
		require.ErrorContains(t, err, p)
	}
}
