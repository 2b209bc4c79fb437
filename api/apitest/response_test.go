package apitest_test

import (
	"strings"
	"testing"

	"github.com/ubiops-contrib/transfer/api"
	"github.com/ubiops-contrib/transfer/api/apitest"
	"github.com/ubiops-contrib/transfer/api/server"
)

func TestResponse_oneThatBreaksTheContractFailsTheTest(t *testing.T) {
	t.Parallel()
	s, err := apitest.NewServer(apitest.WithServer(server.Options{NewID: func() (string, error) { return "first", nil }}))
	if err != nil {
		t.Fatal(err)
	}
	_, createErr := s.Project(apitest.DefaultProject).Exports.Create(t.Context(), api.Everything())
	if err := s.Close(); err == nil || !strings.Contains(err.Error(), `exports_create: 201: at "/id"`) {
		t.Errorf("closing: %v; creating: %v", err, createErr)
	}
}
