package server

import (
	"net/http"

	"github.com/ubiops-contrib/transfer/api/middleware"
	"github.com/ubiops-contrib/transfer/api/server/internal/store"
	"github.com/ubiops-contrib/transfer/gen/models"
)

// outside is what the server answers beside the contract: for those who run
// it, and for the official command, which asks for it first.
func (s *Server) outside(metrics Metrics) map[string]http.Handler {
	others := map[string]http.Handler{
		"/livez":        http.HandlerFunc(live),
		"/readyz":       http.HandlerFunc(s.serveReady),
		"/openapi.yaml": http.HandlerFunc(serveContract),
		"/user":         http.RedirectHandler(BaseURL+"/user", http.StatusTemporaryRedirect),
	}
	for _, base := range BaseURLs() {
		others[base+"/status"] = http.HandlerFunc(live)
		others[base+"/user"] = s.withToken(serveUser)
		others[base+"/projects"] = s.withToken(serveProjects)
		others[base+"/projects/{name}"] = s.withToken(serveProject)
	}
	if metrics != nil {
		others["/metrics"] = metrics
	}
	return others
}

type health struct {
	Status string `json:"status"`
}

func live(w http.ResponseWriter, r *http.Request) { answerJSON(w, r, http.StatusOK, health{"ok"}) }

// project has what the official command needs.
type project struct {
	Name             models.ProjectName `json:"name"`
	OrganizationName string             `json:"organization_name"`
}

// organization stands for the organization that projects of the platform are in.
const organization = "ubiops-transfer"

// user has what the official command needs: the e-mail address, which is the name
// of the token here.
type user struct {
	Email string `json:"email"`
}

// withToken serves requests that have a known token.
func (s *Server) withToken(serve func(w http.ResponseWriter, r *http.Request, token store.Token)) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c, err := middleware.ReadCredentials(r)
		if err != nil {
			middleware.WriteError(w, r, err)
			return
		}
		token, err := s.token(r.Context(), c)
		if err != nil {
			middleware.WriteError(w, r, err)
			return
		}
		serve(w, r, token)
	})
}

func serveUser(w http.ResponseWriter, r *http.Request, token store.Token) {
	answerJSON(w, r, http.StatusOK, user{token.Name})
}

// serveProjects lists the one project that a token is for.
func serveProjects(w http.ResponseWriter, r *http.Request, token store.Token) {
	answerJSON(w, r, http.StatusOK, []project{{token.Project, organization}})
}

func serveProject(w http.ResponseWriter, r *http.Request, token store.Token) {
	grant := middleware.Grant{Project: token.Project}
	if err := grant.Allow(middleware.Credentials{Project: r.PathValue("name")}); err != nil {
		middleware.WriteError(w, r, err)
		return
	}
	answerJSON(w, r, http.StatusOK, project{token.Project, organization})
}

func answerJSON(w http.ResponseWriter, r *http.Request, status int, v any) {
	w.Header().Set("Cache-Control", "no-store")
	if err := middleware.WriteJSON(w, status, v); err != nil {
		middleware.WriteError(w, r, err)
	}
}
