package config

import (
	"bytes"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"
)

// requireAlone holds a file to its text, and its folder to having no temporary file.
func requireAlone(t *testing.T, path, text string) {
	t.Helper()
	b, err := os.ReadFile(path)
	require.NoError(t, err)
	require.Equal(t, text, string(b))
	names, err := os.ReadDir(filepath.Dir(path))
	require.NoError(t, err)
	require.Len(t, names, 1)
}

func TestWriteWhole(t *testing.T) {
	folder := t.TempDir()
	path := filepath.Join(folder, "go2rtc.yaml")
	require.NoError(t, writeWhole(path, []byte("one")))
	requireAlone(t, path, "one")

	// owner and mode stay
	require.NoError(t, os.Chmod(path, 0o640))
	if os.Getuid() == 0 {
		require.NoError(t, os.Chown(path, 1234, 4321))
	}
	before, err := os.Stat(path)
	require.NoError(t, err)
	require.NoError(t, writeWhole(path, []byte("two")))
	after, err := os.Stat(path)
	require.NoError(t, err)
	require.Equal(t, before.Mode(), after.Mode())
	require.Equal(t, before.Sys().(*syscall.Stat_t).Uid, after.Sys().(*syscall.Stat_t).Uid)
	require.Equal(t, before.Sys().(*syscall.Stat_t).Gid, after.Sys().(*syscall.Stat_t).Gid)
	require.NotEqual(t, before.Sys().(*syscall.Stat_t).Ino, after.Sys().(*syscall.Stat_t).Ino, "it was replaced, not written over")
	requireAlone(t, path, "two")

	// a link stays one
	target := filepath.Join(t.TempDir(), "real.yaml")
	require.NoError(t, os.Rename(path, target))
	require.NoError(t, os.Symlink(target, path))
	require.NoError(t, writeWhole(path, []byte("three")))
	requireAlone(t, path, "three")
	info, err := os.Lstat(path)
	require.NoError(t, err)
	require.NotZero(t, info.Mode()&fs.ModeSymlink)

	// read only is the owner's wish
	require.NoError(t, os.Chmod(target, 0o440))
	require.ErrorIs(t, writeWhole(path, []byte("four")), fs.ErrPermission)
	require.Error(t, writeWhole(folder, []byte("five")), "a folder")
	requireAlone(t, path, "three")
}

// TestWriteOver: a file that Docker has mounted by itself cannot be renamed over.
func TestWriteOver(t *testing.T) {
	source, folder := t.TempDir(), t.TempDir()
	path := filepath.Join(folder, "go2rtc.yaml")
	require.NoError(t, os.WriteFile(path, nil, 0o600))
	mounted := filepath.Join(source, "go2rtc.yaml")
	require.NoError(t, os.WriteFile(mounted, []byte("one"), 0o600))
	if err := syscall.Mount(mounted, path, "", syscall.MS_BIND, ""); err != nil {
		t.Skipf("needs to mount a file, as root: %v", err)
	}
	defer func() { require.NoError(t, syscall.Unmount(path, 0)) }()
	for _, text := range []string{"one and more", "less", ""} {
		require.NoError(t, writeWhole(path, []byte(text)))
		requireAlone(t, path, text)
		requireAlone(t, mounted, text)
	}
}

// TestWriteOnFullDisk: by a new file or over the old one, the old text stays where the new one has no space.
func TestWriteOnFullDisk(t *testing.T) {
	folder := t.TempDir()
	if err := syscall.Mount("tmpfs", folder, "tmpfs", 0, "size=64k"); err != nil {
		t.Skipf("needs to mount a small disk, as root: %v", err)
	}
	defer func() { require.NoError(t, syscall.Unmount(folder, 0)) }()
	path := filepath.Join(folder, "go2rtc.yaml")
	old := strings.Repeat("# old\n", 100)
	require.NoError(t, writeWhole(path, []byte(old)))
	for name, write := range map[string]func(string, []byte) error{"replace": writeWhole, "overwrite": overwrite} {
		t.Run(name, func(t *testing.T) {
			err := write(path, bytes.Repeat([]byte("# new\n"), 20000))
			require.ErrorIs(t, err, syscall.ENOSPC)
			requireAlone(t, path, old)
		})
	}
}
