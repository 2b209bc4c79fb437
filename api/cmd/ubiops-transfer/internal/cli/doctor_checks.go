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
	doctorPatience = time.Minute // for all requests, and for deleting once more
	clockTolerance = time.Minute
)

// examine makes all checks that the ones before leave room for.
func (d *doctor) examine(ctx context.Context, write bool) {
	ctx, cancel := context.WithTimeout(d.trace(ctx), doctorPatience)
	defer cancel()
	status, err := d.probe(ctx, d.Host)
	if err != nil {
		d.unreachable(err)
		return
	}
	d.say("host", good, fmt.Sprintf("it responds after %v", status.took.Round(time.Millisecond)), "")
	d.clock(status)
	exports, exportsErr := d.project.Exports.List(ctx)
	if !d.basePath(ctx, status, exportsErr) {
		return
	}
	imports, importsErr := d.project.Imports.List(ctx)
	if !d.access(exportsErr, importsErr) {
		return
	}
	d.may("list exports", exportsErr)
	d.may("list imports", importsErr)
	for _, e := range exports {
		d.see("ExportList", e, e.Status)
	}
	for _, i := range imports {
		d.see("ImportList", i, i.Status)
	}
	if len(exports) > 0 {
		d.readExport(ctx, exports[0].ID)
	}
	if len(imports) > 0 {
		detail, err := d.project.Imports.Get(ctx, imports[0].ID)
		if d.may("read an import", err) {
			d.see("ImportDetail", detail, detail.Status)
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

// probed is what a host says to GET /status, which the official command asks before
// anything else. It needs no token, and gets none.
type probed struct {
	isAPI, isPage bool
	date, at      time.Time // by the clock of the host, zero if it does not say, and by this one's
	took          time.Duration
}

func (d *doctor) probe(ctx context.Context, base string) (p probed, err error) {
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
	p.date, _ = http.ParseTime(resp.Header.Get("Date"))
	var body struct {
		Status string `json:"status"`
	}
	err = json.UnmarshalRead(http.MaxBytesReader(nil, resp.Body, 64<<10), &body)
	p.isAPI = resp.StatusCode/100 == 2 && err == nil && body.Status != ""
	p.isPage = strings.HasPrefix(resp.Header.Get("Content-Type"), "text/html")
	return p, nil
}

// unreachable says why no response came, and what to look at.
func (d *doctor) unreachable(err error) {
	next := "look at the network between here and the host, and at HTTPS_PROXY"
	if _, ok := errors.AsType[*net.DNSError](err); ok {
		next = "look at the name in " + api.EnvHost + ", and at the network"
	} else if errors.Is(err, http.ErrSchemeMismatch) {
		next = "the port does not speak TLS: look at the port in " + api.EnvHost
	} else if invalid, ok := errors.AsType[x509.CertificateInvalidError](err); ok && invalid.Reason == x509.Expired {
		next = "look at the clock of this machine; if it is right, the host needs another certificate"
	} else if _, ok := errors.AsType[*tls.CertificateVerificationError](err); ok {
		next = "behind a proxy that looks into TLS, let SSL_CERT_FILE name its certificate authority"
	}
	d.fail(exitUnreachable, "host", err.Error(), next)
}

// clock compares this machine's clock with that of the host, which was asked half
// way through the request.
func (d *doctor) clock(p probed) {
	off := p.at.Add(-p.took / 2).Sub(p.date.Add(time.Second / 2)).Round(time.Second) // a date has no fractions
	direction := "ahead of"
	if off < 0 {
		direction = "behind"
	}
	switch {
	case p.date.IsZero():
		d.say("clock", skipped, "the host does not tell the time", "")
	case off.Abs() <= clockTolerance:
		d.say("clock", good, "it agrees with that of the host", "")
	default:
		d.fail(exitFailed, "clock", fmt.Sprintf("this machine is %v %s the host", off.Abs(), direction),
			"set the clock: certificates, signed links and tokens that expire depend on it")
	}
}

// basePath finds out whether the API is there, or where else it is.
func (d *doctor) basePath(ctx context.Context, status probed, err error) bool {
	_, isResponse := errors.AsType[*api.Error](err)
	switch {
	case status.isAPI:
		d.say("base path", good, "the API is there", "")
	case err == nil:
		d.say("base path", good, "the API is there; it does not know /status", "")
	case isResponse && unreachable(err):
		d.say("base path", odd, "something there asks for a token; whether it is the API, a good token would tell", "")
	case !isResponse:
		d.unreachable(err)
		return false
	default:
		what, next := "the API is not there", "give the base URL of an API, such as "+api.DefaultHost+", in "+api.EnvHost
		if status.isPage {
			what = "there are web pages, not the API"
		}
		for _, other := range otherBases(d.Host) {
			if p, err := d.probe(ctx, other); err == nil && p.isAPI {
				next = "the API is at " + other + ": set " + api.EnvHost + " to that"
				break
			}
		}
		d.fail(exitFailed, "base path", what+": "+err.Error(), next)
		return false
	}
	return true
}

// otherBases are the base URLs that a host may have instead: the platform has used
// two versions, with and without a prefix of a proxy.
func otherBases(base string) (all []string) {
	u, err := url.Parse(base)
	if err != nil {
		return nil
	}
	for _, at := range []string{path.Dir(u.Path), "/"} {
		for _, version := range []string{"v2.1", "v2"} {
			u.Path = path.Join(at, version)
			all = append(all, u.String())
		}
	}
	return slices.DeleteFunc(all, func(other string) bool { return other == base })
}

// access finds out whether the token and the project are known, from the errors of
// two requests.
func (d *doctor) access(first, second error) bool {
	both := func(target error) bool { return errors.Is(first, target) && errors.Is(second, target) }
	switch {
	case both(api.ErrUnauthorized):
		d.fail(exitUnreachable, "token", "the host does not know it: "+first.Error(), "make a new token on the platform, or look at where this one comes from")
		return false
	case both(api.ErrNotFound):
		d.fail(exitFailed, "project", "it is not there, or the token is of another project: "+first.Error(), "look at the name, and take a token of this project")
		return false
	case first != nil && second != nil && !both(api.ErrForbidden):
		d.say("token", skipped, "no response tells whether the host knows it", "")
	default:
		d.say("token", good, "the host knows it", "")
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
	default:
		d.fail(ExitCode(err), what, err.Error(), "")
	}
	return err == nil
}

func (d *doctor) readExport(ctx context.Context, id string) {
	detail, err := d.project.Exports.Get(ctx, id)
	if d.may("read an export", err) {
		d.see("ExportDetail", detail, detail.Status)
	}
}

// write makes an export with nothing in it, and deletes it, also if ctx ends.
func (d *doctor) write(ctx context.Context) {
	created, err := d.project.Exports.Create(ctx, api.Select(models.ExportCreate{}))
	if !d.may("create an export", err) {
		if errors.Is(err, api.ErrUnknownOutcome) {
			d.left = "An export with nothing in it may be left"
		}
		return
	}
	d.readExport(ctx, created.ID)
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), doctorPatience)
	defer cancel()
	if !d.may("delete an export", d.project.Exports.Delete(ctx, created.ID)) {
		d.left = "The export " + created.ID + ", which has nothing in it, is left"
	}
}

func (d *doctor) rateLimit() {
	if d.limit == nil {
		d.say("rate limit", skipped, "the host does not tell", "")
		return
	}
	result, next := good, ""
	if d.limit.Remaining >= 0 && d.limit.Remaining*10 <= d.limit.Limit {
		result, next = odd, "something else at this address asks a lot; commands wait when nothing is left"
	}
	d.say("rate limit", result, fmt.Sprintf("%d of %d requests are left for %v", d.limit.Remaining, d.limit.Limit, d.limit.Reset), next)
}
