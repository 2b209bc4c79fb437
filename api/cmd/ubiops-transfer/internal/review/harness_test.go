package review_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/ubiops-contrib/transfer/api/archive"
	"github.com/ubiops-contrib/transfer/api/cmd/ubiops-transfer/internal/review"
	"github.com/ubiops-contrib/transfer/api/plan"
	"github.com/ubiops-contrib/transfer/gen/models"
)

// offered is a pipeline that needs a deployment that needs an environment, a
// deployment with nothing, and two variables, one of which has no value.
func offered() archive.Content {
	return archive.Content{
		Deployments: map[string]models.Deployment{
			"scorer": {Description: models.Value("of the archive"), Versions: map[string]models.DeploymentVersion{
				"v1": {EnvironmentName: models.Value("tools"), InstanceType: models.Value("512mb")}}},
			"fetch": {},
		},
		Pipelines: map[string]models.Pipeline{"nightly": {Versions: map[string]models.PipelineVersion{"v1": {
			Objects: models.Value([]models.PipelineObject{{Name: "score", ReferenceName: "scorer"}})}}}},
		Environments: map[string]models.Environment{"tools": {}},
		EnvironmentVariables: map[string]models.EnvironmentVariable{
			"API_KEY": {Secret: new(true)}, "REGION": {Value: models.Value("planted-plain")}},
	}
}

// reviewed is a review with a project beside it, and what was applied to that.
type reviewed struct {
	*testing.T
	*review.Review
	subject review.Subject
	site    *httptest.Server
	link    string
	client  *http.Client

	mu      sync.Mutex
	target  archive.Content
	applied *plan.Plan
	values  map[string]string
	apply   func(ctx context.Context, report func(string)) error
}

// begin makes a review, whose subject can be changed before.
func begin(t *testing.T, content, target archive.Content, change func(*review.Subject)) *reviewed {
	t.Helper()
	r := &reviewed{T: t, target: target}
	last := target
	s := review.Subject{
		Archive: "project.zip", Exported: "2025-01-02", Offered: content, Wish: review.Wish{OnConflict: plan.Fail},
		Plan: func(_ context.Context, w review.Wish, now bool, report func(string)) (*plan.Plan, archive.Content, error) {
			r.mu.Lock()
			defer r.mu.Unlock()
			if now {
				last = r.target
				report("read the project")
			}
			p, err := plan.New(plan.Input{File: plan.File{SHA256: "abc", Size: 12}, Offered: content, Host: "https://api.example/v2.1", Project: "shop", Target: last, Overrides: w.Overrides, OnConflict: w.OnConflict})
			if err == nil {
				p.Packages = w.Packages
			}
			return p, last, err
		},
		Known: func(string, plan.Reference) string { return "" },
		Apply: func(ctx context.Context, p *plan.Plan, values map[string]string, report func(string)) error {
			r.mu.Lock()
			r.applied, r.values = p, values
			apply := r.apply
			r.mu.Unlock()
			if apply != nil {
				return apply(ctx, report)
			}
			report("all is there")
			return nil
		},
		Command: func(p *plan.Plan) string { return fmt.Sprintf("apply %d", len(plan.Items(p.Confirmation))) },
	}
	if change != nil {
		change(&s)
	}
	made, err := review.New(t.Context(), s)
	if err != nil {
		t.Fatal(err)
	}
	handler, path := made.Local()
	r.Review, r.subject, r.site = made, s, httptest.NewServer(handler)
	t.Cleanup(r.site.Close)
	r.link = r.site.URL + path
	r.client = reader(t)
	return r
}

// reader is a browser with cookies, that follows no redirect by itself.
func reader(t *testing.T) *http.Client {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	return &http.Client{Jar: jar}
}

// base is the URL of the page.
func (r *reviewed) base() string { base, _, _ := strings.Cut(r.link, "?"); return base }

// enter opens the link that works once.
func (r *reviewed) enter() *reviewed {
	r.Helper()
	if status, text := r.get(r.link); status != http.StatusOK || !strings.Contains(text, "Open the review") {
		r.Fatalf("the link gives %d: %s", status, text)
	}
	return r
}

func (r *reviewed) get(url string) (int, string) {
	r.Helper()
	request, err := http.NewRequestWithContext(r.Context(), http.MethodGet, url, nil)
	if err != nil {
		r.Fatal(err)
	}
	return r.send(request)
}

func (r *reviewed) send(request *http.Request) (int, string) {
	r.Helper()
	response, err := r.client.Do(request)
	if err != nil {
		r.Fatal(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		r.Fatal(err)
	}
	return response.StatusCode, string(text)
}

// page returns the page for a query.
func (r *reviewed) page(query string) string {
	r.Helper()
	status, text := r.get(r.base() + query)
	if status != http.StatusOK {
		r.Fatalf("%s gives %d: %s", query, status, text)
	}
	return text
}

var (
	hidden  = regexp.MustCompile(`<input type="hidden" name="([^"]+)" value="([^"]*)">`)
	checked = regexp.MustCompile(`name="take" value="(\d+)"[^>]* checked>`)
)

// form returns what a browser would send of a page as it is.
func form(page string) url.Values {
	v := url.Values{}
	for _, found := range hidden.FindAllStringSubmatch(page, -1) {
		v.Add(found[1], found[2])
	}
	for _, found := range checked.FindAllStringSubmatch(page, -1) {
		v.Add("take", found[1])
	}
	return v
}

// submit sends a form by one of its buttons.
func (r *reviewed) submit(form url.Values, button string) (int, string) {
	r.Helper()
	form.Set("do", button)
	request, err := http.NewRequestWithContext(r.Context(), http.MethodPost, r.base(), strings.NewReader(form.Encode()))
	if err != nil {
		r.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return r.send(request)
}

// number returns that of the tick box, or the field for a value, of an object.
func (r *reviewed) number(page, object string) string {
	r.Helper()
	found := regexp.MustCompile(`value="(\d+)" aria-label="Take ` + object + `"|for="v(\d+)">` + object).FindStringSubmatch(page)
	if found == nil {
		r.Fatalf("there is no %s on the page: %s", object, page)
	}
	return found[1] + found[2]
}

// untick takes the tick of an object away, and returns the page after that.
func (r *reviewed) untick(object string) string {
	r.Helper()
	page := r.page("")
	v := form(page)
	var left []string
	for _, n := range v["take"] {
		if n != r.number(page, object) {
			left = append(left, n)
		}
	}
	v["take"] = left
	status, text := r.submit(v, "update")
	if status != http.StatusOK {
		r.Fatalf("the update gives %d: %s", status, text)
	}
	return text
}

func (r *reviewed) wants(text string, parts ...string) {
	r.Helper()
	for _, part := range parts {
		if !strings.Contains(text, part) {
			r.Errorf("it lacks %q: %s", part, text)
		}
	}
}

func (r *reviewed) wantsNot(text string, parts ...string) {
	r.Helper()
	for _, part := range parts {
		if strings.Contains(text, part) {
			r.Errorf("it has %q: %s", part, text)
		}
	}
}

// eventually waits until something is so.
func (r *reviewed) eventually(is func() bool) {
	r.Helper()
	for range 500 {
		if is() {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	r.Fatalf("it is never so; the page is %s", r.page(""))
}

// meanwhile does something beside the test, which has to wait for it.
func (r *reviewed) meanwhile(do func()) (wait func()) {
	var running sync.WaitGroup
	running.Go(do)
	return running.Wait
}
