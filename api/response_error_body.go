package api

import (
	"bytes"
	"cmp"
	"encoding/xml"
	"html"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"
)

const (
	maxErrorBody    = 2 << 20 // bytes that are read of an error's body
	maxErrorMessage = 1024    // characters that are kept of a message, and shown of a detail
)

var (
	htmlStart = regexp.MustCompile(`(?i)<!doctype html|<html|<head|<body`)
	htmlTitle = regexp.MustCompile(`(?is)<title[^>]*>(.*?)</title`)
)

// parseErrorBody finds the message and the detail in the body of an error. The
// kind is told from the body itself: proxies and object storages name a wrong
// Content-Type, or none. A body that ends too early gives what comes before.
func parseErrorBody(body []byte, mask func(string) string) (message, detail string) {
	body = bytes.TrimSpace(bytes.TrimPrefix(body, []byte("\ufeff")))
	switch {
	case len(body) == 0:
	case body[0] == '{':
		message, detail = parseErrorJSON(body)
	case body[0] == '<' && htmlStart.Match(body):
		if title := htmlTitle.FindSubmatch(body); title != nil {
			message = html.UnescapeString(string(title[1]))
		}
	case body[0] == '<':
		message, detail = parseErrorXML(body)
	default:
		message = jsonText(body)
	}
	return printable(message, mask), cleaned(detail, mask)
}

// parseErrorJSON reads the members of an object, of the present and the older
// shape. If there is only a detail it is the message, and if the object
// has neither (errors by field, say), all of it is.
func parseErrorJSON(body []byte) (message, detail string) {
	dec := jsontext.NewDecoder(bytes.NewReader(body), jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true))
	members := map[string]string{}
	_, err := dec.ReadToken()
	for err == nil && dec.PeekKind() == '"' {
		var name jsontext.Token
		if name, err = dec.ReadToken(); err != nil {
			break
		}
		key := name.String()
		var value jsontext.Value
		if value, err = dec.ReadValue(); err == nil {
			members[key] = jsonText(value)
		}
	}
	message = cmp.Or(members["error"], members["error_message"], members["message"])
	detail = members["detail"]
	switch {
	case message != "":
		return message, detail
	case detail != "":
		return detail, ""
	}
	return unescaped(body), ""
}

// jsonText is the text of a JSON string, nothing for null, and any other value
// (also one that is not JSON) as it stands.
func jsonText(value []byte) string {
	if string(value) == "null" {
		return ""
	}
	if value[0] == '"' {
		if text, err := jsontext.AppendUnquote(nil, value); err == nil || len(text) > 0 {
			return string(text)
		}
	}
	return unescaped(value)
}

var escape = regexp.MustCompile(`\\(u[0-9a-fA-F]{4}|.)`)

// unescaped is JSON, perhaps broken, without the escapes that it does not need:
// they differ from writer to writer, and would hide a link or a secret.
func unescaped(value []byte) string {
	return escape.ReplaceAllStringFunc(string(value), func(s string) string {
		if s == `\/` {
			return "/"
		}
		r, err := strconv.ParseUint(s[2:], 16, 16)
		if s[1] != 'u' || err != nil || r == '"' || r == '\\' || !unicode.IsPrint(rune(r)) {
			return s
		}
		return string(rune(r))
	})
}

// parseErrorXML collects the text of the elements in which object storages
// explain themselves.
func parseErrorXML(body []byte) (message, detail string) {
	dec := xml.NewDecoder(bytes.NewReader(body))
	dec.Strict = false
	texts := map[string]string{}
	var element string
	for {
		token, err := dec.RawToken()
		if err != nil { // the end, or broken from here on
			return cmp.Or(texts["Message"], texts["Code"]), texts["Details"]
		}
		switch t := token.(type) {
		case xml.StartElement:
			element = t.Name.Local
		case xml.EndElement:
			element = ""
		case xml.CharData:
			if element == "Message" || element == "Details" || element == "Code" {
				texts[element] += string(t)
			}
		}
	}
}

// printable makes one line of a foreign text, of at most maxErrorMessage
// characters.
func printable(text string, mask func(string) string) string { return shortened(cleaned(text, mask)) }

// cleaned makes one line of a foreign text, without what may be a signature in a
// link, and masked last, so that nothing hides the token from the mask.
func cleaned(text string, mask func(string) string) string {
	return mask(linkPattern.ReplaceAllStringFunc(oneLine(text), unsigned))
}

func shortened(text string) string {
	if utf8.RuneCountInString(text) > maxErrorMessage {
		text = string([]rune(text)[:maxErrorMessage-1]) + "…"
	}
	return text
}

// oneLine leaves out control characters, so that a text can be shown in a
// terminal or a log.
func oneLine(text string) string {
	text = strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r):
			return ' '
		case !unicode.IsPrint(r):
			return -1
		}
		return r
	}, strings.ToValidUTF8(text, "\ufffd"))
	return strings.Join(strings.Fields(text), " ")
}

// An apostrophe may stand within a link or end it.
var linkPattern = regexp.MustCompile(`(?i)https?://([^\s"'<>]|'+[\w%&=;.~*+-])+`)

// unsigned leaves out of a link what may give access: its query, its fragment
// and a user name.
func unsigned(link string) string {
	u, err := url.Parse(link)
	if err != nil {
		return "[link]"
	}
	if u.RawQuery == "" && u.Fragment == "" && u.User == nil {
		return link
	}
	return u.Scheme + "://" + u.Host + u.EscapedPath()
}
