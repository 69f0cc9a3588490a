// Elements that hold a value: input, textarea, select, option; what a click on one does; forms.
"use strict";
(function (farm) {
  const { Element } = farm;

  class Input extends Element {
    get type() { return (this.getAttribute("type") || "text").toLowerCase(); }
    set type(value) { this.setAttribute("type", value); }
    get defaultValue() { return this.getAttribute("value") || ""; }
    set defaultValue(value) { this.setAttribute("value", value); }
    get value() {
      const text = this._value === undefined ? this.defaultValue : this._value;
      if (this.type === "number") return text.trim() !== "" && isFinite(Number(text)) ? text.trim() : "";
      if (this.type === "range" && text === "") return "50";
      return (this.type === "checkbox" || this.type === "radio") && text === "" && !this.hasAttribute("value") ? "on" : text;
    }
    set value(value) { this._value = value === null ? "" : String(value); farm.dirty = true; }
    get valueAsNumber() { return this.value === "" ? NaN : Number(this.value); }
    get checked() { return this._checked === undefined ? this.hasAttribute("checked") : this._checked; }
    set checked(on) {
      this._checked = !!on;
      if (on && this.type === "radio" && this.name)
        for (const other of farm.select(farm.document, "input[type=radio]", false))
          if (other !== this && other.name === this.name && other.form === this.form) other._checked = false;
      farm.dirty = true;
    }
    get defaultChecked() { return this.hasAttribute("checked"); }
    get form() { return this.closest("form"); }
    select() {}
    setSelectionRange() {}
    get validity() { return { valid: !this.required || this.value !== "" }; }
    checkValidity() { return this.validity.valid; }
    reportValidity() { return this.validity.valid; }
  }

  class TextArea extends Input {
    get type() { return "textarea"; }
    get defaultValue() { return this.textContent.replace(/^\n/, ""); }
    get value() { return this._value === undefined ? this.defaultValue : this._value; }
    set value(value) { super.value = value; }
  }

  class Option extends Element {
    get text() { return this.textContent.replace(/\s+/g, " ").trim(); }
    get value() { return this.hasAttribute("value") ? this.getAttribute("value") : this.text; }
    set value(value) { this.setAttribute("value", value); }
    get index() { const select = this.closest("select"); return select ? select.options.indexOf(this) : 0; }
    get selected() { const select = this.closest("select"); return !!select && select.selectedIndex === this.index; }
    set selected(on) { const select = this.closest("select"); if (select && on) select.selectedIndex = this.index; }
  }

  class Select extends Element {
    get type() { return "select-one"; }
    get options() { return farm.select(this, "option", false); }
    get length() { return this.options.length; }
    get selectedIndex() {
      if (this._index !== undefined) return this._index;
      const options = this.options;
      const chosen = options.findIndex((option) => option.hasAttribute("selected"));
      return chosen >= 0 ? chosen : options.length ? 0 : -1;
    }
    set selectedIndex(index) { this._index = index; farm.dirty = true; }
    get value() { const option = this.options[this.selectedIndex]; return option ? option.value : ""; }
    set value(value) { this.selectedIndex = this.options.findIndex((option) => option.value === String(value)); }
    get selectedOptions() { const option = this.options[this.selectedIndex]; return option ? [option] : []; }
    get form() { return this.closest("form"); }
    add(option) { this.appendChild(option); }
  }

  class Form extends Element {
    get elements() { return farm.select(this, "input,select,textarea,button", false); }
    submit() {}
    requestSubmit() { submitted(this, null); }
    reset() {
      for (const control of this.elements) { delete control._value; delete control._checked; delete control._index; }
      farm.dirty = true;
      this.dispatchEvent(new farm.Event("reset", { bubbles: true }));
    }
  }

  class Button extends Element {
    get type() { return (this.getAttribute("type") || "submit").toLowerCase(); }
    set type(value) { this.setAttribute("type", value); }
    get value() { return this.getAttribute("value") || ""; }
    set value(value) { this.setAttribute("value", value); }
    get form() { return this.closest("form"); }
  }

  function submitted(form, submitter) {
    const event = new farm.Event("submit", { bubbles: true, cancelable: true });
    event.submitter = submitter;
    form.dispatchEvent(event);
  }

  const CLASSES = { input: Input, textarea: TextArea, option: Option, select: Select, form: Form, button: Button };
  farm.createElement = (tag) => {
    const name = String(tag).toLowerCase();
    const Made = CLASSES[name] || (name === "canvas" ? farm.Canvas : Element);
    return new Made(name);
  };

  const changed = (element) => {
    element.dispatchEvent(new farm.Event("input", { bubbles: true }));
    element.dispatchEvent(new farm.Event("change", { bubbles: true }));
  };

  // What a click does by itself, before its listeners (so that they see the new state); returns how to undo it.
  farm.beforeClick = (element) => {
    if (!(element instanceof Input)) return null;
    const before = element.checked;
    if (element.type === "checkbox") { element.checked = !before; return () => { element.checked = before; }; }
    if (element.type === "radio" && !before) { element.checked = true; return () => { element.checked = before; }; }
    return null;
  };

  farm.afterClick = (element, touched) => {
    if (touched && element instanceof Input) changed(element);
    const control = element.closest("button,input[type=submit],input[type=reset],a[href],label,summary");
    if (!control || control.disabled) return;
    switch (control.localName) {
      case "a": {
        const href = control.getAttribute("href");
        if (/^javascript:/i.test(href)) farm.run(decodeURIComponent(href.slice(11)));
        else if (!href.startsWith("#")) farm.navigation = href;
        break;
      }
      case "label": {
        const target = control.htmlFor ? farm.document.getElementById(control.htmlFor)
          : farm.select(control, "input,select,textarea,button", true)[0];
        if (target && target !== element && !target.contains(element)) { farm.focus(target); target.click(); }
        break;
      }
      case "summary": if (control.parentElement) control.parentElement.toggleAttribute("open"); break;
      default:
        if (control.form && control.type === "submit") submitted(control.form, control);
        else if (control.form && control.type === "reset") control.form.reset();
    }
  };

  farm.focus = (element) => {
    const old = farm.active;
    if (old === element) return;
    if (old) farm.blur(old);
    if (!element || !/^(input|textarea|select|button|a)$/.test(element.localName)) return;
    farm.active = element;
    element._before = element.value;
    element.dispatchEvent(new farm.Event("focus", {}));
    element.dispatchEvent(new farm.Event("focusin", { bubbles: true }));
    farm.dirty = true;
  };

  farm.blur = (element) => {
    farm.active = null;
    if (/^(input|textarea)$/.test(element.localName) && element._typed) {
      element._typed = false;
      element.dispatchEvent(new farm.Event("change", { bubbles: true }));
    }
    element.dispatchEvent(new farm.Event("blur", {}));
    element.dispatchEvent(new farm.Event("focusout", { bubbles: true }));
    farm.dirty = true;
  };

  Object.assign(Element.prototype, {
    focus() { farm.focus(this); },
    blur() { if (farm.active === this) farm.blur(this); },
    click() { if (!this.disabled) farm.click(this, { clientX: 0, clientY: 0 }); },
  });

  farm.submitted = submitted;
  farm.valueChanged = changed;
  farm.classes = { Input, TextArea, Option, Select, Form, Button };
})(__farm);
