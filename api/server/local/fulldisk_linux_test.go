package local_test

import (
	"bytes"
	"crypto/rand"
	"encoding/json"
	"errors"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/ubiops-contrib/transfer/api/server"
)

// smallDisk is the variable that tells the process of onSmallDisk the folder of its disk.
const smallDisk = "SMALL_DISK"

const notRun = "NOT RUN: this system does not let a test have a disk of its own. As root, outside of a container, it does."

// forbidden reports whether the system does not allow what was tried, or cannot do it.
func forbidden(err error) bool {
	return slices.ContainsFunc([]error{os.ErrPermission, syscall.EINVAL, syscall.ENOSPC, syscall.ENOSYS},
		func(one error) bool { return errors.Is(err, one) })
}

// onSmallDisk runs the test in a process of its own, in which do gets a folder that is
// a disk of 6 MiB. If the system does not allow that, the test is skipped, and says so.
func onSmallDisk(t *testing.T, do func(disk string)) {
	t.Helper()
	if disk := os.Getenv(smallDisk); disk != "" {
		// What is mounted here is seen nowhere else.
		err := syscall.Mount("", "/", "", syscall.MS_REC|syscall.MS_PRIVATE, "")
		if err == nil {
			err = syscall.Mount("tmpfs", disk, "tmpfs", 0, "size=6m")
		}
		if forbidden(err) {
			t.Skip(notRun, err)
		}
		if err != nil {
			t.Fatal(err)
		}
		do(disk)
		return
	}
	cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^"+t.Name()+"$", "-test.v")
	cmd.Env = append(os.Environ(), smallDisk+"="+t.TempDir())
	cmd.SysProcAttr = &syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWNS, Pdeathsig: syscall.SIGKILL}
	if os.Getuid() != 0 {
		cmd.SysProcAttr.Cloneflags |= syscall.CLONE_NEWUSER
		cmd.SysProcAttr.UidMappings = []syscall.SysProcIDMap{{HostID: os.Getuid(), Size: 1}}
		cmd.SysProcAttr.GidMappings = []syscall.SysProcIDMap{{HostID: os.Getgid(), Size: 1}}
	}
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	if err := cmd.Start(); forbidden(err) {
		t.Skip(notRun, err)
	} else if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Wait(); err != nil {
		t.Fatalf("%v\n%s", err, out.String())
	}
	if strings.Contains(out.String(), notRun) {
		t.Skip(out.String())
	}
}

func TestAFullDiskPreventsNeitherAStartNorDeletes(t *testing.T) {
	t.Parallel()
	onSmallDisk(t, func(disk string) {
		data := filepath.Join(disk, "data")
		s := serve(t, data)
		if err := s.AddProject(t.Context(), "p"); err != nil {
			t.Fatal(err)
		}
		token, err := s.AddToken(t.Context(), "p", "tester", true)
		if err != nil {
			t.Fatal(err)
		}
		for range 2 { // what was freed can be used
			fillWithUploads(t, s, token)
			deleteAll(t, s, token)
		}
		fillWithUploads(t, s, token)
		if err := s.Close(); err != nil {
			t.Errorf("closing on a full disk: %v", err)
		}
		fillToTheLastByte(t, disk)
		s = serve(t, data)
		useUp(t, s)
		deleteAll(t, s, token)

		// Somebody took the reserve, too: then the start says what is wrong.
		if err := errors.Join(s.Close(), os.Remove(filepath.Join(data, "reserve"))); err != nil {
			t.Fatal(err)
		}
		fillToTheLastByte(t, disk)
		if err := begin(data); !errors.Is(err, syscall.ENOSPC) {
			t.Errorf("a start without any space: %v", err)
		}
	})
}

// fillWithUploads uploads archives until one is refused for lack of space.
func fillWithUploads(t *testing.T, s *server.Server, token string) {
	t.Helper()
	const atMost = 100
	for range atMost {
		switch status := upload(t, s, token); status {
		case http.StatusCreated:
		case http.StatusInsufficientStorage:
			return
		default:
			t.Fatalf("an upload gives %d", status)
		}
	}
	t.Fatalf("the disk has space for %d uploads", atMost)
}

// useUp adds tokens until the database has no space left for another.
func useUp(t *testing.T, s *server.Server) {
	t.Helper()
	for range 10_000 {
		_, err := s.AddToken(t.Context(), "p", "tester", false)
		if errors.Is(err, syscall.ENOSPC) {
			return
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	t.Fatal("a full disk has space for any number of tokens")
}

func upload(t *testing.T, s *server.Server, token string) (status int) {
	t.Helper()
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	file, err := form.CreateFormFile("file", "a.zip")
	if err == nil {
		bits := make([]byte, 200_000)
		_, _ = rand.Read(bits) // it does not fail
		_, err = file.Write(bits)
	}
	if err := errors.Join(err, form.Close()); err != nil {
		t.Fatal(err)
	}
	r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, server.BaseURL+"/projects/p/imports", &body)
	r.Header.Set("Authorization", "Token "+token)
	r.Header.Set("Content-Type", form.FormDataContentType())
	w := httptest.NewRecorder()
	s.ServeHTTP(w, r)
	return w.Code
}

func deleteAll(t *testing.T, s *server.Server, token string) {
	t.Helper()
	status, body := send(t, s, http.MethodGet, "/projects/p/imports", token, "")
	var imports []struct {
		ID string `json:"id"`
	}
	if err := json.Unmarshal(body, &imports); err != nil || status != http.StatusOK || len(imports) == 0 {
		t.Fatalf("%d %s: %v", status, body, err)
	}
	for _, i := range imports {
		if status, body := send(t, s, http.MethodDelete, "/projects/p/imports/"+i.ID, token, ""); status != http.StatusNoContent {
			t.Fatalf("a delete on a full disk gives %d %s", status, body)
		}
	}
}

// fillToTheLastByte writes a file that takes all the space that is left.
func fillToTheLastByte(t *testing.T, disk string) {
	t.Helper()
	file, err := os.CreateTemp(disk, "rest")
	if err != nil {
		t.Fatal(err)
	}
	for err == nil {
		_, err = file.Write(make([]byte, 512))
	}
	if closed := file.Close(); !errors.Is(err, syscall.ENOSPC) || closed != nil {
		t.Fatal(err, closed)
	}
}
