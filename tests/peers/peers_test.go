package peers_test

import (
	"context"
	"errors"
	"net/http"
	"testing"

	"github.com/ubiops-contrib/transfer/api"
	"github.com/ubiops-contrib/transfer/tests/peers/ogen"
)

// peers are the clients that are compared, each with a transport of its own
// and the same settings.
type peers struct {
	project string
	byHand  *byHand
	client  *api.Client
	ogen    *ogen.Client
}

type ogenToken string

func (t ogenToken) Token(context.Context, ogen.OperationName) (ogen.Token, error) {
	return ogen.Token{APIKey: string(t)}, nil
}

func connect(tb testing.TB, project string) *peers {
	tb.Helper()
	base := startHost(tb)
	hc := func() *http.Client {
		t := http.DefaultTransport.(*http.Transport).Clone()
		tb.Cleanup(t.CloseIdleConnections)
		return &http.Client{Transport: t}
	}
	client, err := api.NewClient(api.WithHost(base), api.WithToken(token), api.WithEnv(nil), api.WithHTTPClient(hc()))
	if err != nil {
		tb.Fatal(err)
	}
	generated, err := ogen.NewClient(base, ogenToken(token), ogen.WithClient(hc()))
	if err != nil {
		tb.Fatal(err)
	}
	return &peers{project: project, byHand: &byHand{hc(), base, token}, client: client, ogen: generated}
}

// All of them have to do the same work.
func TestPeersReadTheSameAnswers(t *testing.T) {
	t.Parallel()
	p := connect(t, repeating)
	h, c, o := all(t, p, getExport)
	same(t, h.ID, c.ID, o.Response.ID.String())
	same(t, *h.ExportedBy, c.ExportedBy.Or(""), o.Response.ExportedBy.Or(""))
	same(t, 2, len(h.Deployments["deployment-1"].Versions), len(c.Deployments["deployment-1"].Versions),
		len(o.Response.Deployments.Value["deployment-1"].Versions.Value))

	hl, cl, ol := all(t, p, listExports)
	same(t, 1000, len(hl), len(cl), len(ol.Response))
	same(t, hl[999].ID, cl[999].ID, ol.Response[999].ID.String())

	hi, ci, oi := all(t, p, getImport)
	same(t, 1000, len(hi.Deployments), len(ci.Deployments), len(oi.Response.Deployments.Value))
	const name = "deployment-999"
	same(t, *hi.Deployments[name].Versions["v4"].Zip, ci.Deployments[name].Versions["v4"].Zip.Or(""),
		oi.Response.Deployments.Value[name].Versions.Value["v4"].Zip.Or(""))
}

func all[H, C, O any](t *testing.T, p *peers, op operation[H, C, O]) (H, C, O) {
	t.Helper()
	h, hErr := op.byHand(t.Context(), p)
	c, cErr := op.client(t.Context(), p)
	o, oErr := op.ogen(t.Context(), p)
	if err := errors.Join(hErr, cErr, oErr); err != nil {
		t.Fatal(err)
	}
	return h, c, o
}

func same[T comparable](t *testing.T, want T, others ...T) {
	t.Helper()
	for _, got := range others {
		if got != want {
			t.Errorf("%v differs from %v", got, want)
		}
	}
}
