package conformance

import (
	"bytes"
	"fmt"
	"net/http"
	"strconv"
	"strings"
)

// downloadChecks are about the archive of an export or import.
func downloadChecks(k kind) []check {
	of := func(what string, run func(p *probe, path string, whole []byte)) check {
		return check{
			name: k.name + "/download" + what, operation: k.name + "_download", write: true, needs: []string{k.name + "/settle"},
			run: func(p *probe) {
				j := p.wait(k, p.newJob(k), k.ready)
				path := "/" + k.name + "/" + j.ID + "/download"
				x := p.send(http.MethodGet, path, nil)
				p.success(x)
				p.whole(k, j, x)
				run(p, path, x.body)
			},
		}
	}
	early := check{name: k.name + "/download/early", operation: k.name + "_download", write: true, needs: []string{k.name + "/create"},
		run: func(p *probe) { p.early(k) }}
	return []check{of("", (*probe).again), of("/range", (*probe).ranges), of("/range-beyond", (*probe).beyond), of("/if-range", (*probe).ifRange), early}
}

// whole holds an archive against what is known of it.
func (p *probe) whole(k kind, j job, x *exchange) {
	if x.status == http.StatusPartialContent {
		p.fail("it answers 206, and no range was asked for")
	}
	if j.Size != nil && *j.Size != int64(len(x.body)) {
		p.fail("the archive has %d bytes, and its size is given as %d", len(x.body), *j.Size)
	}
	if k.name == imports.name && !bytes.Equal(x.body, p.archive()) {
		p.fail("the archive of %d bytes is not the one that was uploaded, of %d", len(x.body), len(p.archive()))
	}
	p.unzipped(x.body)
}

func (p *probe) again(path string, whole []byte) {
	header := p.last.header
	p.observe("headers of a download: Content-Length %t, ETag %t, Accept-Ranges %t, Content-Disposition %t",
		header.Get("Content-Length") != "", header.Get("ETag") != "", header.Get("Accept-Ranges") != "", header.Get("Content-Disposition") != "")
	if x := p.send(http.MethodGet, path, &request{header: [][2]string{{"Accept", "application/json"}}}); !bytes.Equal(x.body, whole) {
		p.fail("the second download is not the first one")
	}
}

func (p *probe) ranges(path string, whole []byte) {
	size := len(whole)
	var codes []int
	for _, r := range []struct {
		asked    string
		from, to int // of the bytes, the last excluded
	}{
		{"bytes=1-8", 1, 9},
		{"bytes=4-", 4, size},
		{"bytes=-5", size - 5, size},
		{"bytes=2-99999999999", 2, size},
	} {
		x := p.send(http.MethodGet, path, &request{header: [][2]string{{"Range", r.asked}}})
		switch x.status {
		case http.StatusPartialContent:
			place := fmt.Sprintf("bytes %d-%d/%d", r.from, r.to-1, size)
			if got := x.header.Get("Content-Range"); got != place {
				p.fail("%s: the header Content-Range is %q, not %q", r.asked, got, place)
			}
			if !bytes.Equal(x.body, whole[r.from:r.to]) {
				p.fail("%s: the %d bytes are not those that were asked for", r.asked, len(x.body))
			}
		case http.StatusOK:
			if !bytes.Equal(x.body, whole) {
				p.fail("%s: it answers 200, and the body is not the whole archive", r.asked)
			}
		default:
			p.fail("%s: it answers %d", r.asked, x.status)
		}
		codes = append(codes, x.status)
	}
	p.observe("ranges with both ends, without an end, without a begin, and that end too late: %v", codes)
}

func (p *probe) beyond(path string, whole []byte) {
	x := p.send(http.MethodGet, path, &request{header: [][2]string{{"Range", "bytes=" + strconv.Itoa(len(whole)) + "-"}}})
	place := "bytes */" + strconv.Itoa(len(whole))
	switch got := x.header.Get("Content-Range"); {
	case x.status == http.StatusRequestedRangeNotSatisfiable && got != "" && got != place:
		p.fail("the header Content-Range is %q, not %q", got, place)
	case x.status == http.StatusOK && !bytes.Equal(x.body, whole):
		p.fail("it answers 200, and the body is not the whole archive")
	case x.status != http.StatusOK && x.status != http.StatusRequestedRangeNotSatisfiable:
		p.fail("a range beyond the end is answered with %d", x.status)
	}
	p.observe("a range beyond the end: %d", x.status)
}

// ifRange asks for a range of another archive: whoever gets it joins two halves
// that do not belong together.
func (p *probe) ifRange(path string, whole []byte) {
	x := p.send(http.MethodGet, path, &request{header: [][2]string{{"Range", "bytes=1-8"}, {"If-Range", `"` + strings.Repeat("0", 64) + `"`}}})
	if x.status != http.StatusOK || !bytes.Equal(x.body, whole) {
		p.fail("If-Range names another archive, and it answers %d with %d bytes", x.status, len(x.body))
	}
}

// early downloads an archive that is not there yet.
func (p *probe) early(k kind) {
	j := p.newJob(k)
	if j.Status != "pending" {
		p.skip("it was in the status %s at once", j.Status)
	}
	x := p.send(http.MethodGet, "/"+k.name+"/"+j.ID+"/download", nil)
	if x.status/100 != 2 {
		p.refused(x)
		p.observe("%s_download before the archive is there: %d", k.name, x.status)
		return
	}
	if now := p.get(k, j.ID); now.Status == "pending" && now.Size == nil {
		p.fail("it is pending, and its archive of %d bytes can be downloaded", len(x.body))
	}
	p.skip("the archive was there too soon")
}
