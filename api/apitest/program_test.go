package apitest_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/ubiops-contrib/transfer/api"
	"github.com/ubiops-contrib/transfer/api/apitest"
)

// A server without a test is for Examples and programs, which close it.
func ExampleNewServer() {
	s, err := apitest.NewServer()
	if err != nil {
		fmt.Println(err)
		return
	}
	defer s.Close()
	exports := s.Project("demo").Exports
	created, err := exports.Create(context.Background(), api.Everything())
	if err != nil {
		fmt.Println(err)
		return
	}
	done, err := exports.WaitCompleted(context.Background(), created.ID)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(done.Status, s.Count(apitest.ExportsCreate))
	// Output: completed 1
}

func TestProgram_withoutATestMistakesAreErrorsOrPanics(t *testing.T) {
	t.Parallel()
	for _, opts := range [][]apitest.Option{{nil}, {apitest.JobsByReads(0)}, {apitest.WithProject("X")}} {
		if s, err := apitest.NewServer(opts...); err == nil || s != nil || !strings.HasPrefix(err.Error(), "apitest: ") {
			t.Errorf("error %v", err)
		}
	}
	s, err := apitest.NewServer()
	if err != nil {
		t.Fatal(err)
	}
	func() {
		defer func() {
			if p := fmt.Sprint(recover()); !strings.Contains(p, `there is no project "x"`) {
				t.Errorf("it panics with %s", p)
			}
		}()
		s.Client("x")
	}()
	if err := s.Close(); err != nil {
		t.Error(err)
	}
	if err := s.Close(); err != nil {
		t.Errorf("the second time: %v", err)
	}
	if _, err := s.Project("demo").Exports.List(t.Context()); err == nil {
		t.Error("it goes on")
	}
}
