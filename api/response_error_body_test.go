package api

import (
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"
)

func TestErrorBody_parseErrorBodyFindsTheMessage(t *testing.T) {
	t.Parallel()
	const bucket = `<?xml version='1.0' encoding='UTF-8'?><Error><Code>AccessDenied</Code><Message>Access denied.</Message><Details>Anonymous caller has no access.</Details></Error>`
	for name, tc := range map[string]struct{ body, message, detail string }{
		"error":               {`{"error": "The export does not exist"}`, "The export does not exist", ""},
		"error and detail":    {`{"error": "Bad", "detail": "at d/v1"}`, "Bad", "at d/v1"},
		"older":               {`{"error_message": "Too old"}`, "Too old", ""},
		"detail only":         {`{"detail": "Invalid token."}`, "Invalid token.", ""},
		"message":             {`{"code": 5, "message": "no"}`, "no", ""},
		"null members":        {`{"error": null, "error_message": "x", "detail": null}`, "x", ""},
		"structured":          {`{"error": {"name": ["too long"]}, "detail": [1, 2]}`, `{"name": ["too long"]}`, "[1, 2]"},
		"by field":            {`{"import_link": ["Enter a valid URL."]}`, `{"import_link": ["Enter a valid URL."]}`, ""},
		"escapes":             {`{"error": "a\nb\tc \u001b[31m\u202e \"d\""}`, `a b c [31m "d"`, ""},
		"cut after error":     {`{"error": "Bad", "detail": "at d`, "Bad", ""},
		"cut inside":          {`{"error": "Ba`, `{"error": "Ba`, ""},
		"duplicate":           {`{"error": "a", "error": "b"}`, "b", ""},
		"no UTF-8":            {"{\"error\": \"a\xffb\"}", "a\ufffdb", ""},
		"byte order mark":     {"\ufeff{\"error\": \"a\"}", "a", ""},
		"string":              {`"just text"`, "just text", ""},
		"list":                {`["a", "b"]`, `["a", "b"]`, ""},
		"null":                {"null", "", ""},
		"object storage":      {bucket, "Access denied.", "Anonymous caller has no access."},
		"XML, code only":      {`<Error><Code>NoSuchKey</Code></Error>`, "NoSuchKey", ""},
		"XML, cut":            {`<Error><Message>Expired &amp; gone</Message><Details>at`, "Expired & gone", "at"},
		"XML, other":          {`<a><b>c</b></a>`, "", ""},
		"HTML with title":     {"<!DOCTYPE html>\n<html><head><title>\n 502 Bad&nbsp;Gateway </title></head><body>x</body></html>", "502 Bad Gateway", ""},
		"HTML without title":  {"<html><body><h1>Oops</h1></body></html>", "", ""},
		"HTML with a comment": {"<!-- proxy --><HTML><TITLE lang=en>Down</TITLE>", "Down", ""},
		"text":                {"404 page not found\n", "404 page not found", ""},
		"bytes":               {"\x00\x01\x02", "", ""},
		"empty":               {" \r\n ", "", ""},
	} {
		message, detail := parseErrorBody([]byte(tc.body), func(s string) string { return s })
		if message != tc.message || detail != tc.detail {
			t.Errorf("%s: got %q, %q, want %q, %q", name, message, detail, tc.message, tc.detail)
		}
	}
}

func FuzzParseErrorBody(f *testing.F) {
	for _, seed := range []string{
		`{"error": "a", "detail": "b"}`, `{"error_message": null}`, `{"error": {"a": [1]}}`, `{"error": "a`, `"text`, `[1]`, "null",
		`<Error><Message>m</Message><Details>d</Details></Error>`, `<?xml version="1.0" encoding="latin1"?><a>`, `<html><title>t`,
		"<!DOCTYPE html><title>&lt;</title>", "plain", "\ufeff", "\xff\x00", `{"error": "s3cr3t"}`, "s3\u200bcr3t", `{"a":1}x`, `{`, `<`, `"`,
	} {
		f.Add([]byte(seed))
	}
	mask := strings.NewReplacer("s3cr3t", "[token]").Replace
	f.Fuzz(func(t *testing.T, body []byte) {
		if len(body) > maxErrorBody {
			return
		}
		message, detail := parseErrorBody(body, mask)
		for _, text := range []string{message, detail} {
			switch {
			case !utf8.ValidString(text), utf8.RuneCountInString(text) > maxErrorMessage:
				t.Errorf("no bounded UTF-8: %q", text)
			case strings.ContainsFunc(text, func(r rune) bool { return !unicode.IsPrint(r) }):
				t.Errorf("cannot be shown: %q", text)
			case strings.Contains(text, "s3cr3t"):
				t.Errorf("the token is in it: %q", text)
			}
		}
	})
}
