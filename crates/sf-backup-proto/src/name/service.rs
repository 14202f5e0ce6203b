super::segments::hierarchical_name!(
    /// The name of a service: `fabric:/App/Service`.
    ///
    /// Parses from the full name, the same without `fabric:/`, or the id form with `~` between levels; all three give
    /// one value. `$ + | ~` are reserved by the runtime; `? # % < > \ ^ [ ]`, empty and dot segments cannot travel in a
    /// URL. Control and other invisible characters are refused, and so are blanks at either end of a segment, and a first
    /// segment that begins with `fabric:`. Every other character may stand in a name.
    ///
    /// ```
    /// # use sf_backup_proto::ServiceId;
    /// let id: ServiceId = "fabric:/myapp/app1/svc1".parse()?;
    /// assert_eq!(id, "myapp/app1/svc1".parse()?);
    /// assert_eq!(id, "myapp~app1~svc1".parse()?);
    ///
    /// let error = "fabric:/CalcApp/Calc?Service".parse::<ServiceId>().unwrap_err();
    /// assert_eq!(
    ///     error.to_string(),
    ///     "service name \"fabric:/CalcApp/Calc?Service\": has the character '?' at position 21: \
    ///      it is not allowed in the path of a URL"
    /// );
    /// # Ok::<(), sf_backup_proto::NameError>(())
    /// ```
    ServiceId,
    "service name"
);

impl ServiceId {
    /// The application that a service of this name belongs to, by its name: all segments but the last.
    pub fn application(&self) -> Option<super::ApplicationId> {
        self.0.parent().map(super::ApplicationId::from_segments)
    }
}
