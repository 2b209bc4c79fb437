package peers_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"

	"github.com/ubiops-contrib/transfer/tests/peers/plain"
)

// byHand is a client as a careful person writes it for three calls: it escapes
// names, checks the status and the kind of the response, bounds it, and reads it
// to its end, so that the connection is used again.
type byHand struct {
	http  *http.Client
	base  string
	token string
}

func (c *byHand) exportsGet(ctx context.Context, project, id string) (*plain.ExportDetail, error) {
	var v plain.ExportDetail
	err := c.get(ctx, "/projects/"+url.PathEscape(project)+"/exports/"+url.PathEscape(id), &v)
	return &v, err
}

func (c *byHand) exportsList(ctx context.Context, project string) (plain.Exports, error) {
	var v plain.Exports
	err := c.get(ctx, "/projects/"+url.PathEscape(project)+"/exports", &v)
	return v, err
}

func (c *byHand) importsGet(ctx context.Context, project, id string) (*plain.ImportDetail, error) {
	var v plain.ImportDetail
	err := c.get(ctx, "/projects/"+url.PathEscape(project)+"/imports/"+url.PathEscape(id), &v)
	return &v, err
}

func (c *byHand) get(ctx context.Context, path string, v any) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, c.base+path, nil)
	if err != nil {
		return err
	}
	req.Header.Set("Authorization", c.token)
	req.Header.Set("Accept", "application/json")
	resp, err := c.http.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(io.LimitReader(resp.Body, 256<<20))
	if err != nil {
		return fmt.Errorf("GET %s: %w", path, err)
	}
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("GET %s: %s: %.1000s", path, resp.Status, body)
	}
	if kind, _, err := mime.ParseMediaType(resp.Header.Get("Content-Type")); err != nil || kind != "application/json" {
		return fmt.Errorf("GET %s: the response is %q", path, kind)
	}
	if err := json.Unmarshal(body, v); err != nil {
		return fmt.Errorf("GET %s: %w", path, err)
	}
	return nil
}
