package clientcheck

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"
)

// handmade is a client that keeps the contract by itself. A wrong one sets a
// member, or does something else.
type handmade struct {
	ctx  context.Context
	env  map[string]string
	http *http.Client

	blind    bool        // sends everything again
	wait     func(s int) // what it does when it is told to wait
	gullible bool        // takes half a download
	named    bool        // calls a download as the server does
	hasty    bool        // takes each status for the end
	noToken  bool
	query    string
}

// handmadeClient is a client that exits with 1 if its function returns an error.
func handmadeClient(do func(c *handmade) error) client {
	return func(ctx context.Context, env []string) (ending, error) {
		c := &handmade{ctx: ctx, env: map[string]string{}, http: &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}}
		for _, pair := range env {
			name, value, _ := strings.Cut(pair, "=")
			c.env[name] = value
		}
		c.wait = func(s int) {
			select {
			case <-time.After(time.Duration(s) * time.Second):
			case <-ctx.Done():
			}
		}
		var end ending
		if err := do(c); err != nil {
			end = ending{1, err.Error()}
		}
		return end, nil
	}
}

type response struct {
	*http.Response
	body []byte
}

// send sends a request until there is a response that means something.
func (c *handmade) send(method, path, kind string, body []byte) (*response, error) {
	safe := method == http.MethodGet || method == http.MethodDelete
	for attempt := 1; ; attempt++ {
		r, err := c.attempt(method, path, kind, body)
		switch {
		case attempt > 3 || c.ctx.Err() != nil:
		case err != nil && (safe || c.blind):
			continue
		case err == nil && r.StatusCode == http.StatusTooManyRequests:
			s, err := strconv.Atoi(r.Header.Get("Retry-After"))
			if err != nil || c.wait == nil {
				return nil, errors.New("rate limit")
			}
			c.wait(s)
			continue
		}
		if err != nil {
			return nil, err
		}
		gone := method == http.MethodDelete && attempt > 1 && r.StatusCode == http.StatusNotFound
		if r.StatusCode/100 != 2 && !gone {
			return nil, fmt.Errorf("%s %s: %d %s", method, path, r.StatusCode, r.body)
		}
		return r, nil
	}
}

func (c *handmade) attempt(method, path, kind string, body []byte) (*response, error) {
	req, err := http.NewRequestWithContext(c.ctx, method, c.env["UBIOPS_API_HOST"]+path+c.query, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	if !c.noToken {
		req.Header.Set("Authorization", c.env["UBIOPS_API_TOKEN"])
	}
	req.Header.Set("Content-Type", kind)
	resp, err := c.http.Do(req)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	data, err := io.ReadAll(resp.Body)
	if c.gullible {
		err = nil
	}
	return &response{resp, data}, err
}

// jobs is the path of the exports or imports.
func (c *handmade) jobs(kind string) string {
	return "/projects/" + c.env["UBIOPS_PROJECT"] + "/" + kind
}

func (c *handmade) list(kind string) error {
	_, err := c.send(http.MethodGet, c.jobs(kind), "", nil)
	return err
}

func (c *handmade) createExport(body string) (path string, err error) {
	r, err := c.send(http.MethodPost, c.jobs("exports"), "application/json", []byte(body))
	return c.created("exports", r, err)
}

func (c *handmade) createImport() (path string, err error) {
	archive, err := os.ReadFile(c.env["UBIOPS_ARCHIVE"])
	if err != nil {
		return "", err
	}
	var form bytes.Buffer
	w := multipart.NewWriter(&form)
	part, err := w.CreateFormFile("file", "archive.zip")
	if err == nil {
		_, err = part.Write(archive)
	}
	if err := errors.Join(err, w.Close()); err != nil {
		return "", err
	}
	r, err := c.send(http.MethodPost, c.jobs("imports"), w.FormDataContentType(), form.Bytes())
	return c.created("imports", r, err)
}

func (c *handmade) created(kind string, r *response, err error) (path string, _ error) {
	if err != nil {
		return "", err
	}
	var job struct {
		ID string `json:"id"`
	}
	err = json.Unmarshal(r.body, &job)
	return c.jobs(kind) + "/" + job.ID, err
}

// await reads an export or import until it has a status that is not in between.
func (c *handmade) await(path string, until string, between ...string) error {
	for {
		r, err := c.send(http.MethodGet, path, "", nil)
		if err != nil {
			return err
		}
		var job struct {
			Status string `json:"status"`
		}
		if err := json.Unmarshal(r.body, &job); err != nil {
			return err
		}
		switch {
		case job.Status == until || c.hasty:
			return nil
		case !slices.Contains(between, job.Status):
			return fmt.Errorf("the status is %s", job.Status)
		}
		c.pause()
	}
}

func (c *handmade) pause() {
	select {
	case <-time.After(20 * time.Millisecond):
	case <-c.ctx.Done():
	}
}

func (c *handmade) export() (path string, err error) {
	if path, err = c.createExport(`{"deployments": {"normalise": {"versions": {"v1": {}}}}}`); err != nil {
		return "", err
	}
	return path, c.await(path, "completed", "pending", "processing")
}

func (c *handmade) scan() (path string, err error) {
	if path, err = c.createImport(); err != nil {
		return "", err
	}
	return path, c.await(path, "confirmation", "pending", "scanning")
}

func (c *handmade) confirm(path string) error {
	_, err := c.send(http.MethodPatch, path, "application/json", []byte(`{"deployments": {"normalise": {}}}`))
	return err
}

func (c *handmade) importAll() (path string, err error) {
	if path, err = c.scan(); err != nil {
		return "", err
	}
	if err := c.confirm(path); err != nil {
		return "", err
	}
	return path, c.await(path, "completed", "confirmation", "confirmation_pending", "processing")
}

func (c *handmade) download(path string) error {
	r, err := c.send(http.MethodGet, path+"/download", "", nil)
	if err != nil {
		return err
	}
	name := "download.zip"
	if c.named {
		_, params, err := mime.ParseMediaType(r.Header.Get("Content-Disposition"))
		if err != nil {
			return err
		}
		name = params["filename"]
	}
	return os.WriteFile(filepath.Join(c.env["TMPDIR"], name), r.body, 0o600)
}

func (c *handmade) delete(path string) error {
	_, err := c.send(http.MethodDelete, path, "", nil)
	return err
}

// everything is each operation once, or as often as it takes.
func (c *handmade) everything() error {
	exported, err := c.export()
	if err != nil {
		return err
	}
	imported, err := c.importAll()
	if err != nil {
		return err
	}
	return errors.Join(c.list("exports"), c.list("imports"), c.download(exported), c.download(imported), c.delete(exported), c.delete(imported))
}
