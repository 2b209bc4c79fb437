package cli

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/go-json-experiment/json"

	"github.com/ubiops-contrib/transfer/api"
	"github.com/ubiops-contrib/transfer/gen/models"
)

const (
	doctorPatience = 30 * time.Second // for each request
	clockTolerance = time.Minute
)

// examine makes all checks that the ones before leave room for.
func (d *doctor) examine(ctx context.Context, write bool) {
	ctx = d.trace(ctx)
	status, err := d.probe(ctx, d.Host)
	if err != nil {
		d.unreachable(err)
		return
	}
	d.say("host", good, fmt.Sprintf("it responds after %v", status.took.Round(time.Millisecond)), "")
	d.clock(status)
	exports, exportsErr := within(ctx, func(ctx context.Context) ([]models.ExportList, error) { return d.project.Exports.List(ctx) })
	if !d.basePath(ctx, status, exportsErr) {
		return
	}
	imports, importsErr := within(ctx, func(ctx context.Context) ([]models.ImportList, error) { return d.project.Imports.List(ctx) })
	if !d.access(exportsErr, importsErr) {
		return
	}
	d.may("list exports", exportsErr)
	d.may("list imports", importsErr)
	for _, e := range exports {
		d.see("ExportList", e, string(e.Status), e.Status.Valid())
	}
	for _, i := range imports {
		d.see("ImportList", i, string(i.Status), i.Status.Valid())
	}
	if len(exports) > 0 {
		d.readExport(ctx, exports[0].ID)
	}
	if len(imports) > 0 {
		detail, err := within(ctx, func(ctx context.Context) (*models.ImportDetail, error) {
			return d.project.Imports.Get(ctx, imports[0].ID)
		})
		if d.may("read an import", err) {
			d.see("ImportDetail", detail, string(detail.Status), detail.Status.Valid())
		}
	}
	if write {
		d.write(ctx)
	} else {
		d.say("create and delete", skipped, "reading does not tell", "--write makes an empty export and deletes it")
	}
	d.rateLimit()
	d.contract()
}

// within gives a request its time.
func within[T any](ctx context.Context, call func(context.Context) (T, error)) (T, error) {
	ctx, cancel := context.WithTimeout(ctx, doctorPatience)
	defer cancel()
	return call(ctx)
}

// probed is what a host says to GET /status, which the official command asks before
// anything else. It needs no token, and gets none.
type probed struct {
	isAPI bool
	page  bool      // a web page came instead
	date  time.Time // by the clock of the host; zero if it does not say
	took  time.Duration
	at    time.Time // when the response had come
}

func (d *doctor) probe(ctx context.Context, base string) (probed, error) {
	return within(ctx, func(ctx context.Context) (p probed, err error) {
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, base+"/status", nil)
		if err != nil {
			return p, err
		}
		start := time.Now()
		resp, err := d.client.Raw().Client.Do(req)
		if err != nil {
			return p, err
		}
		defer func() { _ = resp.Body.Close() }()
		p.at, p.took = time.Now(), time.Since(start)
		p.page = strings.HasPrefix(resp.Header.Get("Content-Type"), "text/html")
		p.date, _ = http.ParseTime(resp.Header.Get("Date"))
		var body struct {
			Status string `json:"status"`
		}
		decodeErr := json.UnmarshalRead(http.MaxBytesReader(nil, resp.Body, 64<<10), &body)
		p.isAPI = resp.StatusCode/100 == 2 && decodeErr == nil && body.Status != ""
		return p, nil
	})
}

// unreachable says why no response came, and what to look at.
func (d *doctor) unreachable(err error) {
	next := "look at the network between here and the host, and at HTTPS_PROXY"
	if _, ok := errors.AsType[*net.DNSError](err); ok {
		next = "look at the name in " + api.EnvHost + ", and at the network"
	} else if _, ok := errors.AsType[*tls.CertificateVerificationError](err); ok {
		next = "behind a proxy that looks into TLS, let SSL_CERT_FILE name its certificate authority"
		if invalid, ok := errors.AsType[x509.CertificateInvalidError](err); ok && invalid.Reason == x509.Expired {
			next = "look at the clock of this machine; if it is right, the host needs another certificate"
		}
	} else if _, ok := errors.AsType[tls.RecordHeaderError](err); ok || errors.Is(err, http.ErrSchemeMismatch) {
		next = "the port does not speak TLS: look at the port in " + api.EnvHost
	}
	d.fail(exitUnreachable, "host", err.Error(), next)
}

// clock compares this machine's clock with that of the host, which was asked half
// way through the request.
func (d *doctor) clock(p probed) {
	if p.date.IsZero() {
		d.say("clock", skipped, "the host does not tell the time", "")
		return
	}
	off := p.at.Add(-p.took / 2).Sub(p.date.Add(time.Second / 2)).Round(time.Second) // a date has no fractions
	switch {
	case off.Abs() <= clockTolerance:
		d.say("clock", good, "it agrees with that of the host", "")
	case off > 0:
		d.fail(exitFailed, "clock", fmt.Sprintf("this machine is %v ahead of the host", off), "set the clock: certificates, signed links and tokens that expire depend on it")
	default:
		d.fail(exitFailed, "clock", fmt.Sprintf("this machine is %v behind the host", -off), "set the clock: certificates, signed links and tokens that expire depend on it")
	}
}

// basePath finds out whether the API is there, or where else it is.
func (d *doctor) basePath(ctx context.Context, status probed, err error) bool {
	refused, _ := errors.AsType[*api.Error](err)
	switch {
	case status.isAPI:
		d.say("base path", good, "the API is there", "")
		return true
	case err == nil:
		d.say("base path", good, "the API is there; it does not know /status", "")
		return true
	case unreachable(err):
		d.say("base path", odd, "something there asks for a token; whether it is the API, a good token would tell", "")
		return true
	case refused == nil:
		d.unreachable(err)
		return false
	}
	next := "give the base URL of an API, such as " + api.DefaultHost + ", in " + api.EnvHost
	for _, other := range otherBases(d.Host) {
		if p, err := d.probe(ctx, other); err == nil && p.isAPI {
			next = "the API is at " + other + ": set " + api.EnvHost + " to that"
			break
		}
	}
	message := "the API is not there: "
	if status.page {
		message = "there are web pages, not the API: "
	}
	d.fail(exitFailed, "base path", message+err.Error(), next)
	return false
}

// otherBases are the base URLs that a host may have instead: the platform has used
// two versions, with and without a prefix of a proxy.
func otherBases(base string) []string {
	u, err := url.Parse(base)
	if err != nil {
		return nil
	}
	var all []string
	for _, prefix := range []string{path.Dir(u.Path), "/"} {
		for _, version := range []string{"v2.1", "v2"} {
			other := *u
			other.Path = path.Join(prefix, version)
			if text := other.String(); text != base && !slices.Contains(all, text) {
				all = append(all, text)
			}
		}
	}
	return all
}

// access finds out whether the token and the project are known, from the errors of
// two requests.
func (d *doctor) access(first, second error) bool {
	both := func(target error) bool { return errors.Is(first, target) && errors.Is(second, target) }
	switch {
	case both(api.ErrUnauthorized):
		d.fail(exitUnreachable, "token", "the host does not know it: "+first.Error(), "make a new token on the platform, or look at where this one comes from")
		return false
	case first != nil && second != nil && !both(api.ErrNotFound) && !both(api.ErrForbidden):
		d.say("token", skipped, "no response tells whether the host knows it", "")
		return true
	}
	d.say("token", good, "the host knows it", "")
	if both(api.ErrNotFound) {
		d.fail(exitFailed, "project", "it is not there, or the token is of another project: "+first.Error(), "look at the name, and take a token of this project")
		return false
	}
	return true
}

// may notes whether the token may do something, as far as one call tells.
func (d *doctor) may(what string, err error) bool {
	switch {
	case err == nil:
		d.say(what, good, "it may", "")
	case errors.Is(err, api.ErrForbidden):
		d.fail(exitUnreachable, what, "the token may not: "+err.Error(), "give its user the permission, or take another token")
	case unreachable(err):
		d.fail(exitUnreachable, what, err.Error(), "")
	default:
		d.fail(exitFailed, what, err.Error(), "")
	}
	return err == nil
}

func (d *doctor) readExport(ctx context.Context, id string) {
	detail, err := within(ctx, func(ctx context.Context) (*models.ExportDetail, error) { return d.project.Exports.Get(ctx, id) })
	if d.may("read an export", err) {
		d.see("ExportDetail", detail, string(detail.Status), detail.Status.Valid())
	}
}

// write makes an export with nothing in it, and deletes it, also if ctx ends.
func (d *doctor) write(ctx context.Context) {
	created, err := within(ctx, func(ctx context.Context) (*models.ExportList, error) {
		return d.project.Exports.Create(ctx, api.Select(models.ExportCreate{}))
	})
	if !d.may("create an export", err) {
		if errors.Is(err, api.ErrUnknownOutcome) {
			d.left = "an export with nothing in it may be left"
		}
		return
	}
	d.readExport(ctx, created.ID)
	_, err = within(context.WithoutCancel(ctx), func(ctx context.Context) (any, error) {
		return nil, d.project.Exports.Delete(ctx, created.ID)
	})
	if !d.may("delete an export", err) {
		d.left = "the export " + created.ID + ", which has nothing in it, is left"
	}
}

func (d *doctor) rateLimit() {
	if d.limit == nil {
		d.say("rate limit", skipped, "the host does not tell", "")
		return
	}
	message := fmt.Sprintf("%d of %d requests are left for %v", d.limit.Remaining, d.limit.Limit, d.limit.Reset)
	if d.limit.Remaining >= 0 && d.limit.Remaining*10 <= d.limit.Limit {
		d.say("rate limit", odd, message, "something else at this address asks a lot; commands wait when nothing is left")
		return
	}
	d.say("rate limit", good, message, "")
}
